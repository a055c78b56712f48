package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.forward.FixedWeights;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.model.ModelConfig.LayerShape;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.text.TextTokenizer;
import org.paretopress.kernels.text.TokenSequences;

/** The allocation of a run against one-layer-at-a-time divergences that are measured here, one candidate after the other. */
class MeasuredAllocationTest {

    private static final int LENGTH = 128;
    private static final List<String> LEVELS = List.of("2", "3", "4");

    private final SmallRun run = SmallRun.finished();
    private final ModelFile model = ModelFile.open(run.model());
    private final List<LayerShape> layers = model.config().layers();

    /** Four of the sixteen sequences of calibration text, evenly spread: 512 tokens. */
    private int[][] sequences() throws IOException {
        try (TextTokenizer tokenizer = TextTokenizer.open(model)) {
            TokenSequences text =
                    new TokenSequences(LENGTH, tokenizer.encode(Files.readString(Shared.demo("calibration.txt"))));
            return new int[][] {text.gather(0), text.gather(4), text.gather(8), text.gather(12)};
        }
    }

    /** Divergences by layer and level, summed over predictions. */
    private double[][] measure() throws IOException {
        double[][] divergences = new double[layers.size()][LEVELS.size()];
        int[][] sequences = sequences();
        try (TensorOps ops = new Nd4jOps();
                FixedWeights fixed = FixedWeights.load(model, ops);
                WeightCache weights = new WeightCache(model, LevelDatabase.open(run.levels()), ops, Long.MAX_VALUE);
                SequenceScorer scorer = new SequenceScorer(model.config(), fixed, ops, LENGTH)) {
            for (int[] sequence : sequences) {
                DensePrediction dense = scorer.predict(sequence, weights.dense(), Divergence.FULL);
                for (int layer = 0; layer < divergences.length; layer++) {
                    for (int level = 0; level < LEVELS.size(); level++) {
                        String[] candidate = new String[layers.size()];
                        Arrays.fill(candidate, WeightCache.DENSE);
                        candidate[layer] = LEVELS.get(level);
                        divergences[layer][level] += scorer.score(sequence, weights.candidate(candidate), dense, 0)
                                .kl();
                    }
                }
            }
        }
        return divergences;
    }

    @Test
    void noSwitchOfTwoLayersWouldHaveBeenBetter() throws IOException {
        double[][] divergences = measure();
        JsonNode baselines = new ObjectMapper().readTree(run.read("baselines.json"));
        for (JsonNode budget : baselines.path("budgets")) {
            JsonNode contender = budget.path("contenders").path(2);
            assertThat(contender.path("point").path("strategy").asText()).isEqualTo("allocation");
            assertThat(contender.path("evaluations").asLong()).isEqualTo((long) layers.size() * LEVELS.size());
            assertThat(contender.path("tokensEvaluated").asLong()).isEqualTo(512L * layers.size() * LEVELS.size());
            assertLocallyOptimal(divergences, contender.path("point").path("assignment"));
        }
    }

    /** The table of the allocations beside it has 128 tokens a cell. */
    @Test
    void anAssistedFrontBeginsWithAllocationsOnFourTimesTheText() throws IOException {
        SmallRun assisted = new SmallRun(run.folder().resolve("assisted"));
        run.search(
                        "local[2]",
                        "--set=output=" + assisted.output(),
                        "--set=search.strategy=pareto",
                        "--set=search.assisted=true",
                        "--set=search.allocation={tokens: 128}",
                        "--set=search.generations=30",
                        "--set=search.stop={plateau: 1}",
                        "--set=search.budget={averageBits: [2.5, 3]}",
                        "--set=search.baselines=[allocation]")
                .succeeded();
        ObjectMapper mapper = new ObjectMapper();
        String[] generations = assisted.read("generations.jsonl").split("\n");
        JsonNode last = mapper.readTree(generations[generations.length - 1]);
        assertThat(generations).as("nothing took a place of the first front").hasSize(2);
        JsonNode baselines = mapper.readTree(assisted.read("baselines.json"));
        long cells = (long) layers.size() * LEVELS.size();
        assertThat(baselines.at("/front/tokensEvaluated").asLong())
                .isEqualTo(512 * cells + last.path("tokensEvaluated").asLong());
        assertThat(baselines.at("/budgets/0/contenders/1/tokensEvaluated").asLong())
                .isEqualTo(128 * cells);
        double[][] divergences = measure();
        assertThat(baselines.at("/front/points")).hasSizeGreaterThan(3);
        baselines.at("/front/points").forEach(point -> assertLocallyOptimal(divergences, point.path("assignment")));
    }

    /** Lowering one layer and raising another of the same shape keeps the size. */
    private void assertLocallyOptimal(double[][] divergences, JsonNode assignment) {
        int[] chosen = layers.stream()
                .mapToInt(layer -> LEVELS.indexOf(assignment.path(layer.name()).asText()))
                .toArray();
        for (int low = 0; low < chosen.length; low++) {
            for (int high = 0; high < chosen.length; high++) {
                boolean alike = layers.get(low).parameters() == layers.get(high).parameters() && low != high;
                if (alike && chosen[low] > 0 && chosen[high] < LEVELS.size() - 1) {
                    double change = divergences[low][chosen[low] - 1]
                            - divergences[low][chosen[low]]
                            + divergences[high][chosen[high] + 1]
                            - divergences[high][chosen[high]];
                    assertThat(change)
                            .as(
                                    "lower %s, raise %s",
                                    layers.get(low).name(), layers.get(high).name())
                            .isGreaterThan(-1e-9);
                }
            }
        }
    }
}
