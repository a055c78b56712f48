package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paretopress.jobs.InputException;

/** A machine's GPUs as a discovery script tells them, here one of the test's own. */
class LocalGpusTest {

    @TempDir
    private Path folder;

    @Test
    void everyGpuHasAnExecutorOfAWorkerThatHasThemAll() throws IOException {
        Map<String, String> settings =
                LocalGpus.settings(2, script("echo '{\"name\":\"gpu\",\"addresses\":[\"0\",\"1\",\"2\"]}'"));
        int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
        assertThat(settings.get("spark.master")).matches("local-cluster\\[1," + cores + ",\\d{3,}]");
        assertThat(settings)
                .containsEntry("spark.worker.resource.gpu.amount", "2")
                .containsEntry(
                        "spark.worker.resource.gpu.discoveryScript",
                        folder.resolve("gpus").toString())
                .containsEntry("spark.executor.cores", Integer.toString(cores / 2))
                .containsEntry("spark.executor.resource.gpu.amount", "1")
                .containsEntry("spark.task.resource.gpu.amount", cores / 2 == 1 ? "1" : "0.5");
    }

    @Test
    void moreThanThereAreAreRefused() throws IOException {
        Path script = script("echo '{\"name\":\"gpu\",\"addresses\":[\"0\"]}'");
        for (int gpus : new int[] {0, 2}) {
            assertThatThrownBy(() -> LocalGpus.settings(gpus, script))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("--gpus " + gpus + " does not fit: this machine has 1.\nMaybe give 1 to 1");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "exit 1, it prints no addresses",
        "echo nothing, it prints no addresses",
        "echo '{}', it prints no addresses",
        "echo first >&2; echo 'no driver' >&2; exit 1, no driver"
    })
    void aMachineWithoutAnyIsToldWhy(String body, String reason) throws IOException {
        Path script = script(body);
        assertThatThrownBy(() -> LocalGpus.settings(1, script))
                .isInstanceOf(InputException.class)
                .hasMessage("--gpus: " + script + " finds no GPU on this machine: " + reason
                        + ".\nMaybe install NVIDIA's driver (nvidia-smi lists the GPUs it finds), or name a cluster that"
                        + " has some with --master.");
    }

    @Test
    void aScriptThatCannotBeRunIsTold() {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> LocalGpus.settings(1, missing))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("No such file");
    }

    private Path script(String body) throws IOException {
        Path script = folder.resolve("gpus");
        Files.writeString(script, "#!/bin/sh\n" + body + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }
}
