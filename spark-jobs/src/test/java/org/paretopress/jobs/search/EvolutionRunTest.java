package org.paretopress.jobs.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.jobs.config.ConfigReader;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.run.GenerationLine;
import org.paretopress.jobs.run.Metrics;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.run.Work;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.search.evolve.EvolutionSearch;
import org.paretopress.search.evolve.EvolutionSettings;
import org.paretopress.search.evolve.Stage;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;

/** A search that is interrupted again while it catches up with what it was. */
class EvolutionRunTest {

    private static final Metrics METRICS = new Metrics("run", Work.NONE, 0, Map.of());
    private static final SearchSpace SPACE = new SearchSpace(
            IntStream.range(0, 8)
                    .mapToObj(layer -> new Layer(
                            "layer" + layer,
                            100,
                            List.of(new Level("2", 2, 25), new Level("3", 3, 37), new Level("4", 4, 49))))
                    .toList(),
            0);
    private static final Budget BUDGET = new Budget(8 * 37);
    private static final EvolutionSettings SETTINGS = new EvolutionSettings(6, 4, List.of(new Stage(1, 1)), 1);

    @TempDir
    private Path folder;

    @Test
    void aSecondInterruptionKeepsTheLinesAndTheTimeOfTheFirst() {
        RunDirectory directory = RunDirectory.prepare(
                new Storage(new Configuration()), folder.resolve("run").toString(), "", RunDirectory.Mode.fresh);
        interrupt(directory, 5);
        List<GenerationLine> reached = directory.generations();
        assertThat(reached).hasSize(5);

        interrupt(directory, 2);
        assertThat(directory.generations()).isEqualTo(reached);

        run(directory, Integer.MAX_VALUE);
        List<GenerationLine> finished = directory.generations();
        assertThat(finished).hasSize(7).startsWith(reached.toArray(GenerationLine[]::new));
        assertThat(finished).extracting(GenerationLine::seconds).isSorted();
    }

    private static void interrupt(RunDirectory directory, int after) {
        assertThatThrownBy(() -> run(directory, after)).isInstanceOf(UncheckedIOException.class);
    }

    private static void run(RunDirectory directory, int evaluations) {
        RunConfig.Search search =
                new ConfigReader().read("test", """
                        model: m
                        calibration: {text: [a.txt]}
                        levels: {quantization: {}}
                        search: {generations: 6, offspring: 4, stages: [{survivors: 1, tokens: 1}]}
                        output: r
                        """, List.of()).search();
        Progress silent = new Progress(new PrintStream(OutputStream.nullOutputStream()), false);
        new EvolutionRun(directory, silent, search, Objective.of(search), () -> METRICS)
                .run(BUDGET, "3 bits", new EvolutionSearch(SPACE, BUDGET, SETTINGS, dyingAfter(evaluations))::run);
    }

    /** Layers weigh by their number; a process that dies is an exception here. */
    private static CandidateEvaluator dyingAfter(int evaluations) {
        int[] left = {evaluations};
        return (candidates, effort) -> {
            if (left[0]-- == 0) {
                throw new UncheckedIOException(new IOException("killed"));
            }
            return candidates.stream().map(EvolutionRunTest::score).toList();
        };
    }

    private static Score score(Assignment assignment) {
        int[] levels = assignment.toArray();
        double loss = IntStream.range(0, levels.length)
                .mapToDouble(layer -> (layer + 1) * Math.pow(4, -levels[layer]))
                .sum();
        return new Score(new double[] {loss}, 1);
    }
}
