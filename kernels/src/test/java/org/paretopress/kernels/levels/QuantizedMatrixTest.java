package org.paretopress.kernels.levels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.ggml.Half;

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
                            row * ((columns - 1) / quantizationGroupSize + 1) + column / quantizationGroupSize;
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
    void symmetricGridsStoreNoZeroPoints() {
        UniformGrid layout = new UniformGrid(3, 2, true);
        short[] scales = {Half.ofDouble(0.5), Half.ofDouble(2)};
        QuantizedMatrix matrix = QuantizedMatrix.pack(layout, 1, 4, new byte[] {0, 4, 7, 3}, scales, new byte[] {4, 4});
        float[] values = new float[4];
        matrix.dequantize(values);
        assertThat(values).containsExactly(-2, 0, 6, -2);
        assertThat(matrix.sizeInBytes()).isEqualTo(2 + 4);
    }

    @Test
    void refusesWhatDoesNotFit() {
        UniformGrid layout = new UniformGrid(2, 2, false);
        short[] one = {Half.ofDouble(1)};
        byte[] zero = {0};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QuantizedMatrix.pack(layout, 1, 2, new byte[] {0, 4}, one, zero))
                .withMessageContaining("number 1 is 4, more than 2 bits hold")
                .withMessageContaining("\nMaybe ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QuantizedMatrix.pack(layout, 1, 2, new byte[2], new short[1], zero))
                .withMessageContaining("Scale of quantization group 0 is 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QuantizedMatrix.pack(layout, 1, 2, new byte[3], one, zero))
                .withMessageContaining("Got 3 codes, expected 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> layout.view(1, 2, ByteBuffer.allocate(3)))
                .withMessageContaining("payload of 3 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UniformGrid(9, 1, false))
                .withMessageContaining("9 bits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UniformGrid(2, 64, false).allocate(100_000, 100_000))
                .withMessageContaining("100000 x 100000");
    }
}
