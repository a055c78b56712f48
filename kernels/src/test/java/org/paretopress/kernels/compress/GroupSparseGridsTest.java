package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.levels.PackedMatrix;

/** Levels that are quantized and sparse at once. */
class GroupSparseGridsTest {

    @Nested
    class BySparsity extends CompressorContract {

        @Override
        Compressor compressor() {
            return new Gptq(new GroupSparseGrids(List.of(4), List.of(0.2, 0.4, 0.6), 16), 0.01, false);
        }

        @Test
        void onlyWholeGroupsFit() {
            assertThat(compressor().layouts(8, 40)).isEmpty();
            assertThat(compressor().layouts(8, 48))
                    .extracting(layout -> layout.level(8, 48))
                    .containsExactly("sparse:0.5833+4", "sparse:0.4167+4", "sparse:0.2083+4");
        }
    }

    @Nested
    class ByBits extends CompressorContract {

        @Override
        Compressor compressor() {
            return new RoundToNearest(new GroupSparseGrids(List.of(2, 3, 4), List.of(0.25), 16));
        }
    }

    @Test
    void prunesTheGroupsOfLeastWeightedSquares() {
        WeightMatrix weights = LayerSamples.weights(10, 64, 1);
        CalibrationStatistics statistics = LayerSamples.statistics(64, 2);
        double[] scores = new double[40];
        for (int i = 0; i < 640; i++) {
            double weight = weights.values()[i];
            scores[i / 16] += weight * weight * statistics.at(i % 64, i % 64);
        }
        Set<Integer> least = new HashSet<>(IntStream.range(0, 40)
                .boxed()
                .sorted(Comparator.comparing(group -> scores[group]))
                .limit(10)
                .toList());
        PackedMatrix level = new Gptq(new GroupSparseGrids(List.of(8), List.of(0.25), 16), 0.01, false)
                .compress(weights, statistics)
                .get(0);
        float[] values = new float[640];
        level.dequantize(values);
        for (int group = 0; group < 40; group++) {
            boolean zero = IntStream.range(16 * group, 16 * group + 16).allMatch(i -> values[i] == 0);
            assertThat(zero).as("group %d", group).isEqualTo(least.contains(group));
        }
    }

    @Test
    void feedbackMendsWhatPruningCosts() {
        WeightMatrix weights = LayerSamples.weights(64, 128, 1);
        CalibrationStatistics statistics = LayerSamples.statistics(128, 2);
        GroupSparseGrids grids = new GroupSparseGrids(List.of(4), List.of(0.25), 16);
        ErrorMeter meter = new ErrorMeter(weights, statistics);
        double rounded = meter.measure(
                        new RoundToNearest(grids).compress(weights, statistics).get(0))
                .outputError();
        assertThat(meter.measure(new Gptq(grids, 0.01, false)
                                .compress(weights, statistics)
                                .get(0))
                        .outputError())
                .isLessThan(0.7 * rounded);
    }

    @Test
    void refusesSharesThatCannotBe() {
        for (List<Double> sparsity : List.of(List.<Double>of(), List.of(0.0), List.of(1.0))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new GroupSparseGrids(List.of(4), sparsity, 16))
                    .withMessageContaining("sparsity = " + sparsity);
        }
    }
}
