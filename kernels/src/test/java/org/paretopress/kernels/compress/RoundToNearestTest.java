package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.levels.QuantizedMatrix;

class RoundToNearestTest extends GridCompressorContract {

    @Override
    Compressor compressor(UniformGrids grids) {
        return new RoundToNearest(grids);
    }

    @Test
    void followsTheGridByHand() {
        // Range −1 … 2 at 2 bits: scale 1, zero point 1; the second group, 0 … 3: scale 1, zero point 0.
        WeightMatrix weights = new WeightMatrix("w", 1, 6, new float[] {-1, 2, 0.4f, 3, 1.4f, 2.6f});
        QuantizedMatrix level = (QuantizedMatrix) compressor(List.of(2), 3)
                .compress(weights, LayerSamples.statistics(6, 1))
                .get(0);
        float[] values = new float[6];
        level.dequantize(values);
        assertThat(values).containsExactly(-1, 2, 0, 3, 1, 3);
        assertThat(level.zeroPoint(0)).isEqualTo(1);
        assertThat(level.zeroPoint(1)).isZero();
        assertThat(level.scaleBits(0)).isEqualTo(Half.ofDouble(1));
    }

    @Test
    void noWeightMovesByMoreThanHalfAStepWithinTheGrid() {
        WeightMatrix weights = LayerSamples.weights(13, 207, 2);
        QuantizedMatrix level = (QuantizedMatrix) compressor(List.of(4), 64)
                .compress(weights, LayerSamples.statistics(207, 1))
                .get(0);
        float[] values = new float[207];
        for (int row = 0; row < 13; row++) {
            level.dequantize(row, values);
            for (int column = 0; column < 207; column++) {
                float scale = Half.toFloat(level.scaleBits(row * 4 + column / 64));
                // Half a step, and half a step more where rounding zero point and scale clips an end of the range.
                assertThat(Math.abs(values[column] - weights.at(row, column))).isLessThan(1.01f * scale);
            }
        }
    }

    @Test
    void namesItsParameters() {
        assertThat(compressor(List.of(4, 2), 64).method())
                .isEqualTo("rtn bits=[2, 4] quantizationGroupSize=64 symmetric=false fit=range");
    }
}
