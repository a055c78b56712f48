package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.paretopress.kernels.levels.PackedMatrix;

class DroppingTest extends CompressorContract {

    @Override
    Compressor compressor() {
        return new Dropping();
    }

    @Test
    void losesTheWholeOutput() {
        WeightMatrix weights = LayerSamples.weights(5, 7, 1);
        CalibrationStatistics statistics = LayerSamples.statistics(7, 2);
        PackedMatrix level = compressor().compress(weights, statistics).get(0);
        assertThat(new ErrorMeter(weights, statistics).measure(level).relativeOutputError())
                .isEqualTo(1);
        assertThat(level.level()).isEqualTo("drop");
        assertThat(level.sizeInBytes()).isZero();
    }
}
