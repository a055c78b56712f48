package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A level database takes little more than the codes in it. */
class LevelSizeTest {

    @TempDir
    private Path folder;

    /** Codes of 20 bits a weight are 1.25 times the 16 of the original; scales, zero points, headers and manifest are the rest. */
    @Test
    void twoToSixBitsOfTheDemoModelTakeLessThanSevenFifthsOfItsLayers() throws IOException {
        JsonNode answer = Command.run(
                        "levels",
                        Shared.repository().resolve("conf/demo.yaml").toString(),
                        "--json",
                        "--master=local[2]",
                        "--set=model=" + Shared.demo("model"),
                        "--set=calibration={text: [" + Shared.demo("calibration.txt") + "], tokens: 1024}",
                        "--set=holdout={text: [" + Shared.demo("holdout.txt") + "], tokens: 1024}",
                        "--set=levels={quantization: {method: rtn, bits: [2, 3, 4, 5, 6], groupSize: 64}}",
                        // a database serves any search: what is said of one here could not be searched
                        "--set=search={budget: {averageBits: 9}, stages: [{survivors: 1, tokens: 1000000}]}",
                        "--set=output=" + folder.resolve("run"))
                .json();
        Path levels = Path.of(answer.path("levels").asText().replaceFirst("^file:", ""));
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder.resolve("levels"))) {
            files = all.filter(Files::isRegularFile).toList();
        }
        long bytes = 0;
        long layerBytes = 0;
        for (Path file : files) {
            assertThat(file).hasParent(levels);
            bytes += Files.size(file);
            layerBytes += file.toString().endsWith(".levels") ? Files.size(file) : 0;
        }
        assertThat(answer.path("layers").asInt()).isEqualTo(files.size() - 1);
        assertThat(answer.path("sizeInBytes").asLong()).isEqualTo(layerBytes);
        assertThat((double) bytes).isLessThan(1.4 * 2 * weightsOfLayers());
    }

    private static long weightsOfLayers() throws IOException {
        JsonNode layers = Command.run("inspect", Shared.demo("model").toString(), "--json")
                .json()
                .path("layers");
        long weights = 0;
        for (JsonNode layer : layers) {
            weights += layer.path("rows").asLong() * layer.path("columns").asLong();
        }
        return weights;
    }
}
