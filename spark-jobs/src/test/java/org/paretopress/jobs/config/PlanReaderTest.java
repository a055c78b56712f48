package org.paretopress.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.RunConfig.Strategy;

class PlanReaderTest {

    private static final String BASE = """
            model: m
            calibration: {text: [c], tokens: 512}
            holdout: {text: [h], tokens: 512}
            levels: {quantization: {method: rtn, bits: [2, 3], groupSize: 32}}
            search: {strategy: evopress, budget: {averageBits: 2.5}, assisted: true, stop: {plateau: 3}}
            output: elsewhere
            """;

    private static SweepPlan read(String plan, String... overrides) {
        return new PlanReader().read("plan.yaml", plan, List.of(overrides), path -> BASE);
    }

    @Test
    void cellsAreTheProductWithTheLastKeyChangingFastest() {
        SweepPlan plan =
                read("{base: b, output: out, matrix: {search.seed: [0, 1], search.budget.averageBits: [2.25, 2.5]}}");
        assertThat(plan.cells())
                .extracting(SweepPlan.Cell::name)
                .containsExactly(
                        "seed=0,averageBits=2.25",
                        "seed=0,averageBits=2.5",
                        "seed=1,averageBits=2.25",
                        "seed=1,averageBits=2.5");
        assertThat(plan.cells().get(2).config().output()).isEqualTo("out/seed=1,averageBits=2.25");
        assertThat(plan.cells().get(2).config().search().seed()).isEqualTo(1);
    }

    @Test
    void aStrategyLeavesOutWhatItWouldIgnoreOfTheBase() {
        SweepPlan plan = read("{base: b, output: out, matrix: {search.strategy: [evopress, allocation]}}");
        assertThat(plan.cells())
                .extracting(cell -> cell.config().search().strategy())
                .containsExactly(Strategy.evopress, Strategy.allocation);
        assertThat(plan.cells())
                .extracting(cell -> cell.config().search().assisted())
                .containsExactly(true, false);
        assertThat(plan.cells().get(0).config().search().stop().plateau()).isEqualTo(3);
    }

    @Test
    void whatTheMatrixItselfSaysIsNotLeftOut() {
        assertThatThrownBy(() ->
                        read("{base: b, output: out, matrix: {search.strategy: [greedy], search.assisted: [true]}}"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("search.assisted")
                .hasMessageContaining("greedy");
    }

    @Test
    void valuesThatAreNoPlainNamesHaveADigest() {
        SweepPlan plan = read("{base: b, output: out, matrix: {model: [/a/m, /b/m]}}");
        assertThat(plan.cells())
                .extracting(SweepPlan.Cell::name)
                .allMatch(name -> name.matches("model=m-[0-9a-f]{8}"))
                .doesNotHaveDuplicates();
    }

    @Test
    void wrongPlansAreRefusedInTheirOwnWords() {
        assertThatThrownBy(() -> read("{base: b, output: out, matrix: {search.seed: [1, 1]}}"))
                .hasMessageContaining("two cells")
                .hasMessageContaining("seed=1");
        assertThatThrownBy(() -> read("{base: b, output: out, matrix: {search.seed: 1}}"))
                .hasMessageContaining("search.seed = 1")
                .hasMessageContaining("Maybe write [1]");
        assertThatThrownBy(() -> read("{base: b, output: out, matrix: {output: [a]}}"))
                .hasMessageContaining("output");
        assertThatThrownBy(() -> read("{base: b, output: out, matrix: {search.seed: [1]}, sede: 1}"))
                .hasMessageContaining("unknown key 'sede'");
        assertThatThrownBy(() -> read("{base: b, output: out, concurrency: 0, matrix: {search.seed: [1]}}"))
                .hasMessageContaining("concurrency = 0");
    }
}
