package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.levels.PackedMatrix;

/** Levels in the formats of GGML. */
class GgmlGridsTest {

    private static final GgmlGrids ALL = new GgmlGrids(List.of(2, 3, 4, 5, 6, 8));

    /** On layers whose rows are whole blocks. */
    abstract static class OnBlocks extends CompressorContract {

        @Override
        int[] awkwardColumns() {
            return new int[] {32, 96, 256, 512};
        }

        @Override
        int columns() {
            return 256;
        }
    }

    @Nested
    class Rounded extends OnBlocks {

        @Override
        Compressor compressor() {
            return new RoundToNearest(ALL);
        }
    }

    @Nested
    class WithFeedback extends OnBlocks {

        @Override
        Compressor compressor() {
            return new Gptq(ALL, 0.01, false);
        }

        @Test
        void losesLessOutputThanRounding() {
            WeightMatrix weights = LayerSamples.weights(32, 512, 5);
            CalibrationStatistics statistics = LayerSamples.statistics(512, 6);
            ErrorMeter meter = new ErrorMeter(weights, statistics);
            List<PackedMatrix> own = compressor().compress(weights, statistics);
            List<PackedMatrix> rounded = new RoundToNearest(ALL).compress(weights, statistics);
            for (int i = 0; i < own.size(); i++) {
                assertThat(meter.measure(own.get(i)).outputError())
                        .isLessThan(0.8 * meter.measure(rounded.get(i)).outputError());
            }
        }
    }

    @Test
    void rowsDecideOnTheFormats() {
        assertThat(ALL.layouts(3, 512))
                .extracting(layout -> layout.level(3, 512))
                .containsExactly("Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_0");
        assertThat(ALL.layouts(3, 288))
                .extracting(layout -> layout.level(3, 288))
                .containsExactly("Q4_0", "Q5_0", "Q5_1", "Q8_0");
        assertThat(ALL.layouts(3, 172)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GgmlGrids(List.of(7)))
                .withMessageContaining("no K-quant of 7 bits");
    }
}
