package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.QuantizedMatrix;

/** Exported folders, read by a reader of the test's own, hold the weights they should, bit for bit. */
class HuggingFaceExportTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int QUANTIZATION_GROUP = 64;

    @TempDir
    private Path folder;

    @Test
    void theDensePointIsTheInput() throws IOException {
        SmallRun run = SmallRun.finished();
        JsonNode answer = run.export("dense", "hf", exported());
        assertThat(answer.path("kl").asDouble()).isCloseTo(0, within(1e-6));
        assertSame(RawTensor.readFolder(exported()), RawTensor.readFolder(run.model()));
        assertThat(Files.readString(exported().resolve("config.json")))
                .isEqualTo(Files.readString(run.model().resolve("config.json")));
        assertThat(answer.path("bytes").asLong()).isEqualTo(bytes(exported()));
    }

    @Test
    void aCompressedPointHoldsTheValuesOfItsLevels() throws IOException {
        SmallRun run = SmallRun.finished();
        JsonNode answer = run.export("evopress-1", "hf", exported());
        Map<String, RawTensor> expected = new TreeMap<>(RawTensor.readFolder(run.model()));
        Map<String, String> assignment = run.assignment("evopress-1");
        LevelDatabase levels = LevelDatabase.open(run.levels());
        assignment.forEach((layer, level) -> {
            RawTensor dense = expected.get(layer + ".weight");
            expected.put(layer + ".weight", dequantized((QuantizedMatrix) levels.level(layer, level), dense.shape()));
        });
        assertThat(assignment).hasSize(14).containsValue("2").containsValue("3");
        assertSame(RawTensor.readFolder(exported()), expected);
        assertThat(MAPPER.readTree(exported().resolve("config.json").toFile())
                        .path("torch_dtype")
                        .asText())
                .isEqualTo("float32");
        assertThat(answer.path("kl").asDouble())
                .isPositive()
                .isCloseTo(
                        answer.path("searchKl").asDouble(),
                        within(1e-6 * answer.path("searchKl").asDouble()));
        assertThat(answer.path("bytes").asLong()).isEqualTo(bytes(exported()));
    }

    @Test
    void theLayoutIsComplete() throws IOException {
        SmallRun run = SmallRun.finished();
        run.export("uniform-2", "hf", exported());
        try (Stream<Path> files = Files.list(exported())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");
        }
        for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
            assertThat(exported().resolve(name))
                    .hasSameBinaryContentAs(run.model().resolve(name));
        }
        byte[] start = Files.readAllBytes(exported().resolve("model.safetensors"));
        long header = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat((8 + header) % 8).as("alignment of the data section").isZero();
    }

    /** F32 in two files: nothing is lost that a reader of 16-bit types or of one file might lose. */
    @Test
    void aShardedModelOfFullPrecisionComesBackShardByShard() throws IOException {
        SmallRun run = SmallRun.in(folder.resolve("sharded"));
        ModelFolder model = new ModelFolder(run.model());
        model.tensors(tensors -> tensors.replaceAll((name, tensor) -> tensor.toFloat32()));
        model.config(config -> config.put("torch_dtype", "float32"));
        model.shard();
        run.search(
                        "local[2]",
                        "--set=levels.quantization={method: rtn, bits: [3, 4]}",
                        "--set=search={strategy: uniform, budget: {averageBits: 3}}",
                        "--set=search.stages=[{survivors: 1, tokens: 128}]",
                        "--set=holdout.tokens=256",
                        "--set=calibration.tokens=256")
                .succeeded();
        run.export("dense", "hf", exported());
        assertSame(RawTensor.readFolder(exported()), RawTensor.readFolder(run.model()));
        SmallRun.deleteAll(exported());
        run.export("uniform-1", "hf", exported());
        Map<String, RawTensor> before = RawTensor.readFolder(run.model());
        Map<String, RawTensor> after = RawTensor.readFolder(exported());
        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(after).allSatisfy((name, tensor) -> assertThat(tensor.shape())
                .isEqualTo(before.get(name).shape()));
        JsonNode index = MAPPER.readTree(
                exported().resolve("model.safetensors.index.json").toFile());
        for (Map.Entry<String, JsonNode> entry : index.path("weight_map").properties()) {
            assertThat(RawTensor.read(exported().resolve(entry.getValue().asText())))
                    .containsKey(entry.getKey());
        }
        long total = after.values().stream().mapToLong(t -> t.bytes().length).sum();
        assertThat(index.path("metadata").path("total_size").asLong()).isEqualTo(total);
    }

    @Test
    void theEvoPressFormNamesEveryLayer() throws IOException {
        SmallRun run = SmallRun.finished();
        Path file = folder.resolve("evopress.txt");
        run.export("evopress-1", "evopress", file);
        List<String> expected = run.assignment("evopress-1").entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .toList();
        assertThat(Files.readAllLines(file)).containsExactlyInAnyOrderElementsOf(expected);
    }

    private Path exported() {
        return folder.resolve("exported");
    }

    private static void assertSame(Map<String, RawTensor> found, Map<String, RawTensor> expected) {
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        assertThat(found).allSatisfy((name, tensor) -> {
            assertThat(tensor.type()).isEqualTo(expected.get(name).type());
            assertThat(tensor.shape()).isEqualTo(expected.get(name).shape());
            assertThat(tensor.bytes()).isEqualTo(expected.get(name).bytes());
        });
    }

    /** scale · (code − zero point), in double precision and by the definition of binary16. */
    private static RawTensor dequantized(QuantizedMatrix matrix, List<Long> shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate(4 * matrix.rows() * matrix.columns()).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < matrix.rows(); row++) {
            for (int column = 0; column < matrix.columns(); column++) {
                int group = row * (matrix.columns() / QUANTIZATION_GROUP) + column / QUANTIZATION_GROUP;
                double scale = half(matrix.scaleBits(group));
                bytes.putFloat((float) (scale * (matrix.code(row, column) - matrix.zeroPoint(group))));
            }
        }
        return new RawTensor("F32", shape, bytes.array());
    }

    /** Of a positive number. */
    private static double half(short bits) {
        int exponent = bits >> 10;
        double fraction = (bits & 1023) / 1024.0;
        return exponent == 0 ? fraction * Math.pow(2, -14) : (1 + fraction) * Math.pow(2, exponent - 15);
    }

    private static long bytes(Path folder) throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                sum += Files.size(file);
            }
        }
        return sum;
    }
}
