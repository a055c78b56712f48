package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database of every family of levels is the same bytes wherever and however often it is built. */
class MixedLevelsTest {

    private static final Duration DEADLINE = Duration.ofMinutes(3);
    private static final int LAYERS = 14;

    @TempDir
    private Path folder;

    @Test
    void holdsEveryFamilyInEveryLayer() throws IOException {
        String manifest = Files.readString(MixedLevels.built().levels().resolve("manifest.json"));
        for (String encoding : List.of(
                "uniform-grid", "sparse-mask", "two-of-four", "sparse-grid", "low-rank", "residual", "dropped")) {
            assertThat(manifest.split("\"encoding\" : \"" + encoding + "\"", -1).length)
                    .as(encoding)
                    .isGreaterThan(LAYERS);
        }
    }

    @Test
    void oneCoreBuildsTheSameBytes() throws IOException {
        buildsTheSame("local[1]");
    }

    @Test
    void separateExecutorsBuildTheSameBytes() throws IOException {
        buildsTheSame(KryoTest.MASTER);
    }

    private void buildsTheSame(String master) throws IOException {
        SmallRun run = SmallRun.in(folder);
        Command.run(run.arguments("levels", master, MixedLevels.ALL)).succeeded();
        SmallRun expected = MixedLevels.built();
        assertThat(run.levels().getFileName()).isEqualTo(expected.levels().getFileName());
        assertThat(LocalClusterTest.contents(run.levels())).isEqualTo(LocalClusterTest.contents(expected.levels()));
    }

    /** While statistics are collected, with the first layers, and with some more. */
    @ParameterizedTest(name = "after {0} layers")
    @ValueSource(ints = {0, 2, 6})
    void aKilledBuildGoesOnWithWhatItHas(int layers) throws Exception {
        SmallRun run = SmallRun.in(folder);
        OwnJvm.start(folder.resolve("log"), run.arguments("levels", "local[2]", MixedLevels.ALL))
                .killOnce(() -> reached(layers), DEADLINE);
        Map<String, Object> before = finished(run);
        assertThat(run.levels().resolve("manifest.json")).doesNotExist();
        assertThat(before).hasSizeBetween(layers, LAYERS - 1);

        Command.run(run.arguments("levels", "local[2]", MixedLevels.ALL, "--resume"))
                .succeeded();

        assertThat(finished(run)).as("built once").containsAllEntriesOf(before).hasSize(LAYERS);
        Map<String, String> built = LocalClusterTest.contents(run.levels());
        built.keySet().removeIf(name -> name.startsWith(".")); // half a file of the killed process
        assertThat(built)
                .isEqualTo(LocalClusterTest.contents(MixedLevels.built().levels()));
    }

    /** Before the first layer: once there are statistics. */
    private boolean reached(int layers) {
        Path levels = folder.resolve("levels");
        return layers == 0
                ? !ResumeTest.finished(levels, ".statistics").isEmpty()
                : ResumeTest.finished(levels, ".levels").size() >= layers;
    }

    private static Map<String, Object> finished(SmallRun run) throws IOException {
        Map<String, Object> files = LevelRepairTest.identities(run.levels());
        files.keySet().removeIf(name -> name.startsWith(".") || !name.endsWith(".levels"));
        return files;
    }
}
