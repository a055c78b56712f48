package org.paretopress.kernels.levels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every packed form promises, tried on random content. */
abstract class PackedMatrixContract {

    /** A matrix, and what it must hold according to the numbers that it was made of. */
    record Sample(PackedMatrix matrix, float[] expected) {}

    /** A random sample of at least this many columns. */
    abstract Sample sample(int rows, int columns, Random random);

    @Test
    void holdsWhatWasPacked() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Sample sample = sample(1 + random.nextInt(9), 8 * (1 + random.nextInt(12)), random);
            PackedMatrix matrix = sample.matrix();
            float[] whole = new float[matrix.rows() * matrix.columns()];
            matrix.dequantize(whole);
            assertThat(whole).containsExactly(sample.expected());
            for (int row = 0; row < matrix.rows(); row++) {
                float[] line = new float[matrix.columns() + 3];
                matrix.dequantize(row, line, 2);
                for (int column = 0; column < matrix.columns(); column++) {
                    assertThat(line[2 + column]).isEqualTo(whole[row * matrix.columns() + column]);
                }
                assertThat(line[0] + line[1] + line[line.length - 1]).isZero();
            }
        }
    }

    @Test
    void layoutTellsNameSizeAndMeaning() {
        PackedMatrix matrix = sample(5, 40, new Random(1)).matrix();
        int rows = matrix.rows();
        int columns = matrix.columns();
        Layout layout = matrix.layout();
        LevelJson json = new LevelJson();
        assertThat(json.read(json.toBytes(layout), Layout.class, "x", 0)).isEqualTo(layout);
        assertThat(layout.sizeInBytes(rows, columns))
                .isEqualTo(matrix.sizeInBytes())
                .isEqualTo(matrix.payload().remaining());
        PackedMatrix again = layout.view(rows, columns, copyInTheMiddle(matrix.payload()));
        float[] expected = new float[rows * columns];
        float[] found = new float[rows * columns];
        matrix.dequantize(expected);
        again.dequantize(found);
        assertThat(found).containsExactly(expected);
        assertThat(again.level()).isEqualTo(layout.level(rows, columns));
        assertThat(matrix.payload().isReadOnly()).isTrue();
    }

    private static ByteBuffer copyInTheMiddle(ByteBuffer payload) {
        ByteBuffer copy = ByteBuffer.allocateDirect(payload.remaining() + 7);
        copy.position(3);
        copy.put(payload.duplicate());
        return copy.position(3).limit(3 + payload.remaining());
    }

    @Test
    void payloadsOfAnotherLengthAreRefused() {
        PackedMatrix matrix = sample(5, 40, new Random(2)).matrix();
        ByteBuffer longer = ByteBuffer.allocate((int) matrix.sizeInBytes() + 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> matrix.layout().view(matrix.rows(), matrix.columns(), longer))
                .withMessageContaining("bytes is no level \"" + matrix.level() + "\"")
                .withMessageContaining("\nMaybe ");
    }

    @Test
    void damagedPayloadsAreRefusedOrStayFinite() {
        PackedMatrix matrix = sample(3, 40, new Random(3)).matrix();
        byte[] bytes = new byte[(int) matrix.sizeInBytes()];
        matrix.payload().get(bytes);
        for (int at = 0; at < bytes.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = bytes.clone();
                changed[at] ^= (byte) (1 << bit);
                float[] values = new float[matrix.rows() * matrix.columns()];
                Throwable thrown = catchThrowable(() -> matrix.layout()
                        .view(matrix.rows(), matrix.columns(), ByteBuffer.wrap(changed))
                        .dequantize(values));
                assertThat(thrown == null || thrown instanceof IllegalArgumentException)
                        .as("byte %d, bit %d: %s", at, bit, thrown)
                        .isTrue();
                for (float value : values) {
                    assertThat(Float.isFinite(value)).isTrue();
                }
            }
        }
    }
}
