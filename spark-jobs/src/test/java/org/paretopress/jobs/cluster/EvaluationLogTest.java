package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.forward.Loss;

/** What one process computed, another knows: of the same run, of the one it replaces, of those beside it. */
class EvaluationLogTest {

    private static final String KEY = "model levels text";
    private static final List<Loss> LOSSES = List.of(new Loss(0.1, 2.5, 127), new Loss(0.30000000000000004, 2.25, 127));

    @TempDir
    private Path folder;

    private EvaluationLog log(String run, boolean goesOn) {
        return new EvaluationLog(
                new Storage(new Configuration()),
                new org.apache.hadoop.fs.Path(folder.resolve(run).toUri()),
                goesOn,
                List.of(KEY));
    }

    private EvaluationLog filled(String run) {
        EvaluationLog log = log(run, false);
        log.losses(KEY).computed(List.of(KnownLosses.Entry.scored("2 3 4", 7, LOSSES)), 36);
        log.losses(KEY).computed(List.of(KnownLosses.Entry.scored("4 3 2", 7, LOSSES)), 20);
        return log;
    }

    @Test
    void aRunThatGoesOnKnowsItsLossesToTheBitAndWhatTheyTook() {
        filled("run");
        EvaluationLog again = log("run", true);
        assertThat(again.losses(KEY).of("2 3 4", 7).losses()).isEqualTo(LOSSES);
        assertThat(again.losses(KEY).of("2 3 4", 8)).isNull();
        assertThat(again.blockForwards()).isEqualTo(56);
        again.join();
        assertThat(log("run", true).blockForwards()).isEqualTo(56);
    }

    @Test
    void aRunThatReplacesAnotherKnowsItsLossesButDidNotDoItsWork() {
        filled("run");
        EvaluationLog replaced = log("run", false);
        assertThat(replaced.losses(KEY).of("4 3 2", 7).losses()).isEqualTo(LOSSES);
        assertThat(replaced.blockForwards()).isZero();
        replaced.losses(KEY).computed(List.of(KnownLosses.Entry.scored("3 3 3", 7, LOSSES)), 12);
        assertThat(log("run", true).blockForwards()).isEqualTo(12);
    }

    @Test
    void whatCouldNotBeScoredIsRememberedByTheSameRunAlone() {
        EvaluationLog log = filled("run");
        log.losses(KEY).computed(List.of(KnownLosses.Entry.failed("2 2 2", 7, "out of memory")), 0);
        KnownLosses.Entry remembered = log("run", true).losses(KEY).of("2 2 2", 7);
        assertThat(remembered.failure()).isEqualTo("out of memory");
        assertThat(remembered.losses()).isEmpty();
        assertThat(log("beside", false).losses(KEY).of("2 2 2", 7)).isNull();
        assertThat(log("beside", false).losses(KEY).of("2 3 4", 7)).isNotNull();
        assertThat(log("run", false).losses(KEY).of("2 2 2", 7)).isNull();
    }

    @Test
    void whatLiesBesideARunIsUsedWhereItCanBeReadAndHarmsNothing() throws IOException {
        filled("whole");
        filled("damaged");
        Path evaluations = folder.resolve("damaged").resolve(EvaluationLog.FOLDER);
        Files.writeString(evaluations.resolve("000001.jsonl"), "{\"key\": \"mod");
        Path other = Files.createDirectories(folder.resolve("other").resolve(EvaluationLog.FOLDER));
        Files.createDirectory(other.resolve("folder.jsonl"));
        Files.writeString(other.resolve("notes.txt"), "no line of a log");
        EvaluationLog beside = log("run", false);
        assertThat(beside.losses(KEY).of("2 3 4", 7).losses()).isEqualTo(LOSSES);
        assertThat(beside.blockForwards()).isZero();
        assertThatThrownBy(() -> log("damaged", true))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("000001.jsonl")
                .hasMessageContaining("\nMaybe ");
    }
}
