package org.paretopress.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file of 4.3 GB, of which the disk holds some kilobytes: values before, across and after 2 GiB and 4 GiB are read from
 * where they were written. Offsets of 31 or 32 bits would wrap around here.
 */
class LargeFileTest {

    private static final int HIDDEN = 64;
    private static final int ROW_BYTES = 2 * HIDDEN;
    /** Rows that take a little more than 2 GiB. */
    private static final int VOCABULARY = (1 << 24) + 1000;

    private static final long TWO_GIB = 1L << 31;
    private static final long FOUR_GIB = 1L << 32;
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";

    @TempDir
    private Path folder;

    /** First byte of every tensor, counted from the start of the file. */
    private final Map<String, Long> offsets = new HashMap<>();

    private HuggingFaceModel model;

    @BeforeEach
    void open() throws IOException {
        FileStore disk = Files.getFileStore(folder);
        assumeTrue(disk.getUsableSpace() > 5L << 30, "skipped: less than 5 GiB free for a file with holes");
        assumeFalse(
                List.of("vfat", "exfat", "msdos", "hfs").contains(disk.type()),
                () -> "skipped: no files with holes on " + disk.type());
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "vocab_size": %d}
                """.formatted(VOCABULARY));
        writeHeader();
        model = HuggingFaceModel.open(folder);
    }

    /** The norm of attention first, then embedding, other tensors of the block, head and the last norm. */
    private void writeHeader() throws IOException {
        Map<String, List<Long>> shapes = new HashMap<>();
        new LlamaTensors(ModelConfig.read(folder.resolve("config.json"))).forEach(shapes::put);
        List<String> first = List.of("model.layers.0.input_layernorm.weight", EMBEDDING);
        List<String> last = List.of(HEAD, "model.norm.weight");
        List<String> between = shapes.keySet().stream()
                .filter(name -> !first.contains(name) && !last.contains(name))
                .sorted()
                .toList();
        StringJoiner header = new StringJoiner(",", "{", "}");
        long end = 0;
        for (List<String> part : List.of(first, between, last)) {
            for (String name : part) {
                offsets.put(name, end);
                long start = end;
                end += 2 * shapes.get(name).stream().reduce(1L, Math::multiplyExact);
                header.add("\"%s\": {\"dtype\": \"BF16\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
                        .formatted(name, shapes.get(name), start, end));
            }
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        long dataStart = 8 + json.length;
        offsets.replaceAll((name, offset) -> offset + dataStart);
        ByteBuffer prefix =
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, json.length);
        put(0, prefix.array());
        put(8, json);
        put(dataStart + end - 1, new byte[1]);
    }

    @Test
    void rowsOfALargeTensorAreReadFromWhereTheyAre() throws IOException {
        for (long line : new long[] {TWO_GIB, FOUR_GIB}) {
            String tensor = line == TWO_GIB ? EMBEDDING : HEAD;
            long straddling = (line - offsets.get(tensor)) / ROW_BYTES;
            assertThat(offsets.get(tensor) + straddling * ROW_BYTES).isLessThan(line);
            assertThat(offsets.get(tensor) + straddling * ROW_BYTES + ROW_BYTES).isGreaterThan(line);
            for (long row : new long[] {0, straddling - 1, straddling, straddling + 1, VOCABULARY - 1}) {
                putRow(tensor, row);
                assertRow(tensor, row);
            }
        }
    }

    /** As weights are loaded: in pieces of 2^18 elements. */
    @Test
    void aPieceAcrossALineHoldsItsRows() throws IOException {
        int piece = (1 << 18) / HIDDEN;
        for (String tensor : List.of(EMBEDDING, HEAD)) {
            long line = tensor.equals(EMBEDDING) ? TWO_GIB : FOUR_GIB;
            long straddling = (line - offsets.get(tensor)) / ROW_BYTES;
            long first = straddling / piece * piece;
            List<Long> rows = List.of(first, straddling, straddling + 1);
            for (long row : rows) {
                putRow(tensor, row);
            }
            float[] values = new float[piece * HIDDEN];
            model.read(model.tensor(tensor), first, (int) Math.min(piece, VOCABULARY - first), values);
            for (long row : rows) {
                for (int i = 0; i < HIDDEN; i++) {
                    assertThat(values[(int) (row - first) * HIDDEN + i]).isEqualTo(value(tensor, row, i));
                }
            }
            assertThat(values[HIDDEN]).isZero(); // a hole
        }
    }

    @Test
    void smallTensorsAreReadOnEverySideOfTheLines() throws IOException {
        Map<String, long[]> sides = Map.of(
                "model.layers.0.input_layernorm.weight", new long[] {0, TWO_GIB},
                "model.layers.0.mlp.down_proj.weight", new long[] {TWO_GIB, FOUR_GIB},
                "model.layers.0.self_attn.v_proj.weight", new long[] {TWO_GIB, FOUR_GIB},
                "model.norm.weight", new long[] {FOUR_GIB, Long.MAX_VALUE});
        for (String tensor : sides.keySet()) {
            TensorInfo info = model.tensor(tensor);
            assertThat(info.offset())
                    .isEqualTo(offsets.get(tensor))
                    .isBetween(sides.get(tensor)[0], sides.get(tensor)[1]);
            byte[] bytes = new byte[Math.toIntExact(info.sizeInBytes())];
            ByteBuffer written = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < bytes.length / 2; i++) {
                DataType.BF16.write(written, 2 * i, value(tensor, 0, i));
            }
            put(offsets.get(tensor), bytes);
        }
        for (String tensor : sides.keySet()) {
            float[] values = model.read(tensor);
            for (int i = 0; i < values.length; i++) {
                assertThat(values[i]).isEqualTo(value(tensor, 0, i));
            }
        }
    }

    @Test
    void sizesAreCountedInFull() {
        assertThat(model.tensor(EMBEDDING).sizeInBytes())
                .isEqualTo((long) VOCABULARY * ROW_BYTES)
                .isGreaterThan(TWO_GIB);
        assertThat(model.sizeInBytes()).isGreaterThan(FOUR_GIB);
        TensorInfo embedding = model.tensor(EMBEDDING);
        assertThatThrownBy(() -> model.bytes(embedding, 0, embedding.rows())) // more than a buffer can span
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileThatEndsAByteEarlyIsNoticed() throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        assertThatThrownBy(() -> HuggingFaceModel.open(folder))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("model.norm.weight should end at byte");
    }

    private void putRow(String tensor, long row) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(ROW_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < HIDDEN; i++) {
            DataType.BF16.write(bytes, 2 * i, value(tensor, row, i));
        }
        put(offsets.get(tensor) + row * ROW_BYTES, bytes.array());
    }

    private void assertRow(String tensor, long row) {
        float[] values = new float[HIDDEN];
        model.read(model.tensor(tensor), row, 1, values);
        for (int i = 0; i < HIDDEN; i++) {
            assertThat(values[i]).as("%s, row %d, column %d", tensor, row, i).isEqualTo(value(tensor, row, i));
        }
    }

    /** Not zero, and in few enough bits for the type. */
    private static float value(String tensor, long row, int column) {
        return 1 + Math.floorMod(tensor.hashCode() + 31 * row + 7L * column, 127);
    }

    private void put(long position, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(
                folder.resolve("model.safetensors"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), position);
        }
    }
}
