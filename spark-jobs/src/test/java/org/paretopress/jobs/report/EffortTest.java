package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.GenerationLine;
import org.paretopress.jobs.run.GenerationLine.OperatorLine;
import org.paretopress.jobs.run.GenerationLine.StageLine;

class EffortTest {

    private static GenerationLine line(int generation, Double rank, OperatorLine... operators) {
        List<StageLine> stages = List.of(new StageLine(64, 2048, 0.2), new StageLine(1, 8192, 0.1));
        return new GenerationLine(5, generation, 0.1, 1, 1, 1, 1, rank, List.of(operators), stages);
    }

    private static Effort effort(Map<String, Object> provenance, GenerationLine... lines) {
        return Effort.of(new ReportData(
                "run", new Front(List.of()), null, List.of(lines), provenance, new RunSetup("", "evopress"), null));
    }

    @Test
    void saysWhatItCostAndWhatWasSaved() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        seconds.put("levels", 60.0);
        seconds.put("search", 180.0);
        Map<String, Object> provenance = Map.of(
                "seconds",
                seconds,
                "tokensEvaluated",
                1_234_567,
                "evaluations",
                321,
                "blockForwardsDone",
                600,
                "blockForwardsSaved",
                400);
        assertThat(effort(provenance, line(0, null), line(1, 0.5), line(2, 0.8), line(3, 0.6))
                        .sentences())
                .containsExactly(
                        "In the first generation candidates were scored in stages: 64 on 2,048 tokens, then 1 on 8,192 tokens. The later"
                                + " ones are survivors, and the parent where they are compared with it.",
                        "The run, its baselines included, scored candidates 321 times on 1,234,567 tokens in all; its last"
                                + " process took 4 min 00 s (levels 60.0 s, search 3 min 00 s).",
                        "Of the 1,000 times that a transformer block would have run over a sequence, 40 % were known or"
                                + " shared with another candidate.",
                        "What the predictor said of the offspring of a generation has a rank correlation of 0.60 with what"
                                + " the first stage measured (median of 3 generations).");
    }

    @Test
    void operatorsAreSummed() {
        Effort effort = effort(
                Map.of(),
                line(1, null, new OperatorLine("level switch", 6, 1), new OperatorLine("exchange", 2, 0)),
                line(2, null, new OperatorLine("level switch", 4, 1)));
        assertThat(effort.operators())
                .extracting(row -> row.operator()
                        + row.figures().stream().map(Figure::text).toList())
                .containsExactly("level switch[10, 2, 20.0 %]", "exchange[2, 0, 0.0 %]");
    }

    @Test
    void whatIsNotKnownIsNotSaid() {
        Effort effort = effort(Map.of());
        assertThat(effort.sentences()).isEmpty();
        assertThat(effort.operators()).isEmpty();
    }
}
