package org.paretopress.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paretopress.kernels.ggml.GgmlType;

/** A file put together byte by byte from the format's specification, and what can be wrong with one. */
class GgufFileTest {

    private static final int VERSION_AT = 4;
    private static final int TENSORS_AT = 8;

    @TempDir
    private Path folder;

    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);
    private int typeAt;
    private int dimensionsAt;
    private int dataAt;

    private GgufFileTest string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.putLong(utf8.length).put(utf8);
        return this;
    }

    /** Two tensors: 2 x 32 weights in Q4_0, all of them codes 8 + row; and three floats. */
    private byte[] sample() {
        bytes.clear();
        bytes.put("GGUF".getBytes(StandardCharsets.US_ASCII))
                .putInt(3)
                .putLong(2)
                .putLong(9);
        string("a").bytes.putInt(0).put((byte) 200);
        string("b").bytes.putInt(3).putShort((short) -7);
        string("c").bytes.putInt(4).putInt(-1);
        string("d").bytes.putInt(6).putFloat(0.1f);
        string("e").bytes.putInt(7).put((byte) 1);
        string("f").bytes.putInt(8);
        string("grüße").string("g").bytes.putInt(9).putInt(8).putLong(2);
        string("x").string("").string("h").bytes.putInt(11).putLong(-5);
        string("general.alignment").bytes.putInt(4).putInt(64);
        string("blocks");
        dimensionsAt = bytes.position();
        bytes.putInt(2).putLong(32).putLong(2);
        typeAt = bytes.position();
        bytes.putInt(2).putLong(0);
        string("floats").bytes.putInt(1).putLong(3).putInt(0).putLong(64);
        dataAt = (bytes.position() + 63) / 64 * 64;
        bytes.position(dataAt);
        for (int row = 0; row < 2; row++) {
            bytes.putShort((short) 0x3C00); // one
            for (int i = 0; i < 16; i++) {
                bytes.put((byte) ((8 + row) * 17));
            }
        }
        bytes.position(dataAt + 64);
        bytes.putFloat(1).putFloat(2).putFloat(3);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private Path file(byte[] contents) {
        try {
            return Files.write(folder.resolve("model.gguf"), contents);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void valuesAndTensorsAreReadAsTheyAreWritten() {
        GgufFile file = GgufFile.open(file(sample()));
        assertThat(file.metadata())
                .isEqualTo(Map.of(
                        "a", 200L,
                        "b", -7L,
                        "c", 0xFFFFFFFFL,
                        "d", 0.1,
                        "e", true,
                        "f", "grüße",
                        "g", List.of("x", ""),
                        "h", -5L,
                        "general.alignment", 64L));
        assertThat(file.tensors())
                .containsExactly(
                        new TensorInfo("blocks", new TensorType.Blocks(GgmlType.Q4_0), List.of(2L, 32L), dataAt),
                        new TensorInfo("floats", DataType.F32, List.of(3L), dataAt + 64));
        TensorInfo blocks = file.tensor("blocks");
        float[] weights = new float[32];
        blocks.type().read(file.map(blocks, 1, 1), 0, 32, weights, 0);
        assertThat(weights).containsOnly(1);
        assertThat(file.map(file.tensor("floats"), 0, 1).getFloat(8)).isEqualTo(3);
    }

    /** However short: an error of its own kind, that names the file. */
    @Test
    void aFileThatIsCutAnywhereIsRefused() {
        byte[] whole = sample();
        for (int length = 0; length < whole.length; length++) {
            Path cut = file(Arrays.copyOf(whole, length));
            assertThat(catchThrowable(() -> GgufFile.open(cut)))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContainingAll(cut.toString(), "Maybe ");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 'not a GGUF file'", "4, 'version'", "8, 'tensors'", "16, 'metadata entries'"})
    void aFrontThatMakesNoSenseIsRefused(int at, String named) {
        byte[] damaged = sample();
        damaged[at + (at >= TENSORS_AT ? 7 : at == VERSION_AT ? 3 : 0)] = 0x70;
        Path file = file(damaged);
        assertThatThrownBy(() -> GgufFile.open(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining(named);
    }

    @Test
    void typesThatAreNotKnownAndShapesThatDoNotFitAreNamed() {
        byte[] damaged = sample();
        damaged[typeAt] = 22;
        Path file = file(damaged);
        assertThatThrownBy(() -> GgufFile.open(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll("blocks", "22");
        damaged = sample();
        damaged[dimensionsAt + 4] = 33; // rows of 33 weights are no whole blocks
        file(damaged);
        assertThatThrownBy(() -> GgufFile.open(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll("blocks", "Q4_0", "33");
        damaged = sample();
        damaged[dimensionsAt] = 9;
        file(damaged);
        assertThatThrownBy(() -> GgufFile.open(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll("blocks", "9 dimensions");
    }

    @Test
    void aLlamaIsAskedFor() {
        Path file = file(sample());
        assertThatThrownBy(() -> ModelFile.open(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("general.architecture is missing");
    }
}
