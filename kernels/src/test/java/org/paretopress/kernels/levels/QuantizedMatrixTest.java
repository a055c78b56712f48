package org.paretopress.kernels.levels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.model.Half;

class QuantizedMatrixTest {

    @ParameterizedTest
    @CsvSource({"1,1,16", "1,3,2", "3,13,4", "13,64,16", "7,207,64", "5,257,100", "64,64,64", "2,9,1000"})
    void dequantizesEveryWeightExactly(int rows, int columns, int quantizationGroupSize) {
        for (int bits = 2; bits <= 8; bits++) {
            QuantizedMatrix matrix = LevelSamples.matrix(rows, columns, bits, quantizationGroupSize, bits);
            float[] whole = new float[rows * columns];
            matrix.dequantize(whole);
            for (int row = 0; row < rows; row++) {
                float[] line = new float[columns];
                matrix.dequantize(row, line);
                for (int column = 0; column < columns; column++) {
                    int quantizationGroup =
                            row * matrix.shape().quantizationGroupsPerRow() + column / quantizationGroupSize;
                    double scale = Half.toFloat(matrix.scaleBits(quantizationGroup));
                    double expected = scale * (matrix.code(row, column) - matrix.zeroPoint(quantizationGroup));
                    assertThat((double) line[column]).isEqualTo(expected + 0.0);
                    assertThat(whole[row * columns + column]).isEqualTo(line[column]);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
    void sizeIsAffineInBits(int bits) {
        QuantizedMatrix matrix = LevelSamples.matrix(5, 33, bits, 16, 1);
        int quantizationGroups = 5 * 3;
        int expected = (5 * 33 * bits + 7) / 8 + 2 * quantizationGroups + (quantizationGroups * bits + 7) / 8;
        assertThat(matrix.sizeInBytes()).isEqualTo(expected);
        assertThat(matrix.payload().remaining()).isEqualTo(expected);
        assertThat(matrix.level()).isEqualTo(Integer.toString(bits));
        assertThat(matrix.payload().isReadOnly()).isTrue();
    }

    @Test
    void refusesWhatDoesNotFit() {
        QuantizedShape shape = new QuantizedShape(1, 2, 2, 2);
        short[] one = {Half.ofDouble(1)};
        byte[] zero = {0};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QuantizedMatrix.pack(shape, new byte[] {0, 4}, one, zero))
                .withMessageContaining("number 1 is 4, more than 2 bits hold")
                .withMessageContaining("\nMaybe ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QuantizedMatrix.pack(shape, new byte[2], new short[1], zero))
                .withMessageContaining("Scale of quantization group 0 is 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QuantizedMatrix.pack(shape, new byte[3], one, zero))
                .withMessageContaining("Got 3 codes, expected 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QuantizedMatrix.view(shape, ByteBuffer.allocate(3)))
                .withMessageContaining("payload of 3 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QuantizedShape(1, 1, 9, 1))
                .withMessageContaining("9 bits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QuantizedShape(100_000, 100_000, 2, 64))
                .withMessageContaining("100000 x 100000");
    }
}
