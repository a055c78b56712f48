package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.SparseMask;

/** Sparsity levels, whatever chooses the weights. */
class PruningTest {

    private static final SparsityLevels LEVELS = new SparsityLevels(0.5, 4, 500, false);

    private static float[] values(PackedMatrix level) {
        float[] values = new float[level.rows() * level.columns()];
        level.dequantize(values);
        return values;
    }

    private static Set<Integer> zeros(float[] values) {
        Set<Integer> zeros = new HashSet<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] == 0) {
                zeros.add(i);
            }
        }
        return zeros;
    }

    /** Half rounding of a weight that stays. */
    private static final float HALF = 1.001f / 2048;

    @Nested
    class Magnitude extends CompressorContract {

        @Override
        Compressor compressor() {
            return new Pruning(Pruning.Score.magnitude, LEVELS);
        }

        @Test
        void prunesTheSmallest() {
            WeightMatrix weights = LayerSamples.weights(13, 207, 1);
            for (PackedMatrix level : compressor().compress(weights, LayerSamples.statistics(207, 1))) {
                long kept = ((SparseMask) level.layout()).kept();
                Set<Integer> smallest = new HashSet<>(IntStream.range(0, 13 * 207)
                        .boxed()
                        .sorted(Comparator.comparing(i -> Math.abs(weights.values()[i])))
                        .limit(13 * 207 - kept)
                        .toList());
                float[] found = values(level);
                assertThat(zeros(found)).isEqualTo(smallest);
                for (int i = 0; i < found.length; i++) {
                    float expected = smallest.contains(i) ? 0 : weights.values()[i];
                    assertThat(Math.abs(found[i] - expected)).isLessThanOrEqualTo(HALF * Math.abs(expected));
                }
            }
        }
    }

    @Nested
    class Wanda extends CompressorContract {

        @Override
        Compressor compressor() {
            return new Pruning(Pruning.Score.wanda, LEVELS);
        }

        @Test
        void prunesTheSameShareOfEveryRowByWeightTimesInputNorm() {
            WeightMatrix weights = LayerSamples.weights(20, 64, 1);
            CalibrationStatistics statistics = LayerSamples.statistics(64, 3);
            Compressor half = new Pruning(Pruning.Score.wanda, new SparsityLevels(0.5, 0, 1, false));
            float[] found = values(half.compress(weights, statistics).get(0));
            for (int row = 0; row < 20; row++) {
                int first = row * 64;
                List<Integer> byScore = IntStream.range(0, 64)
                        .boxed()
                        .sorted(Comparator.comparing(column -> (double) weights.values()[first + column]
                                * weights.values()[first + column]
                                * statistics.at(column, column)))
                        .toList();
                for (int k = 0; k < 64; k++) {
                    assertThat(found[first + byScore.get(k)] == 0).isEqualTo(k < 32);
                }
            }
        }
    }

    @Nested
    class SparseGptTest extends CompressorContract {

        @Override
        Compressor compressor() {
            return new SparseGpt(LEVELS, 0.01);
        }

        @Test
        void losesLessOutputThanWandaAndMagnitude() {
            WeightMatrix weights = LayerSamples.weights(64, 257, 5);
            CalibrationStatistics statistics = LayerSamples.statistics(257, 6);
            ErrorMeter meter = new ErrorMeter(weights, statistics);
            SparsityLevels levels = new SparsityLevels(0.5, 2, 2000, false);
            List<PackedMatrix> sparseGpt = new SparseGpt(levels, 0.01).compress(weights, statistics);
            List<PackedMatrix> wanda = new Pruning(Pruning.Score.wanda, levels).compress(weights, statistics);
            List<PackedMatrix> magnitude = new Pruning(Pruning.Score.magnitude, levels).compress(weights, statistics);
            for (int i = 0; i < sparseGpt.size(); i++) {
                double own = meter.measure(sparseGpt.get(i)).outputError();
                assertThat(own).isLessThan(0.8 * meter.measure(wanda.get(i)).outputError());
                assertThat(own).isLessThan(0.8 * meter.measure(magnitude.get(i)).outputError());
            }
        }

        /**
         * Optimal Brain Surgeon the slow way: within one block the least w² / [H⁻¹]cc goes, seen from the columns still
         * to come, and the rest is solved anew.
         */
        @Test
        void equalsTheNaiveFormulationOnOneBlock() {
            int columns = 24;
            WeightMatrix weights = LayerSamples.weights(1, columns, 8);
            CalibrationStatistics statistics = LayerSamples.statistics(columns, 9);
            double[][] damped = NaiveGptq.damped(statistics, 0.01);
            double[] w = new double[columns];
            double[] scores = new double[columns];
            for (int c = 0; c < columns; c++) {
                w[c] = weights.at(0, c);
                scores[c] = w[c] * w[c] / NaiveGptq.inverse(damped, c)[0][0];
            }
            double threshold = Arrays.stream(scores).sorted().toArray()[columns / 2];
            for (int c = 0; c < columns; c++) {
                double[] inverse = NaiveGptq.inverse(damped, c)[0];
                double target = scores[c] < threshold ? 0 : (float) w[c];
                double step = (w[c] - target) / inverse[0];
                for (int i = c; i < columns; i++) {
                    w[i] -= step * inverse[i - c];
                }
            }
            float[] found = values(new SparseGpt(new SparsityLevels(0.5, 0, 1, false), 0.01)
                    .compress(weights, statistics)
                    .get(0));
            for (int c = 0; c < columns; c++) {
                assertThat(found[c] == 0).isEqualTo(scores[c] < threshold);
                assertThat(Math.abs(found[c] - w[c])).isLessThan(2e-4);
            }
        }
    }

    @Test
    void twoOfFourKeepsTwoOfEveryFour() {
        SparsityLevels levels = new SparsityLevels(0.5, 0, 1, true);
        WeightMatrix weights = LayerSamples.weights(7, 36, 1);
        CalibrationStatistics statistics = LayerSamples.statistics(36, 2);
        for (Compressor compressor : List.of(
                new SparseGpt(levels, 0.01),
                new Pruning(Pruning.Score.wanda, levels),
                new Pruning(Pruning.Score.magnitude, levels))) {
            PackedMatrix level = compressor.compress(weights, statistics).stream()
                    .filter(one -> one.level().equals("sparse:2:4"))
                    .findFirst()
                    .orElseThrow();
            float[] found = values(level);
            for (int four = 0; four < found.length; four += 4) {
                int zeros = 0;
                for (int i = four; i < four + 4; i++) {
                    zeros += found[i] == 0 ? 1 : 0;
                }
                assertThat(zeros)
                        .as("%s, weights from %d", compressor.method(), four)
                        .isEqualTo(2);
            }
        }
        assertThat(new SparseGpt(levels, 0.01).layouts(3, 5))
                .extracting(layout -> layout.level(3, 5))
                .containsExactly("sparse:0.4667");
    }

    @Test
    void aStepIsAsManyBytesInEveryLayer() {
        SparsityLevels levels = new SparsityLevels(0.5, 8, 96, false);
        for (int[] shape : new int[][] {{16, 16}, {64, 64}, {13, 207}, {100, 33}}) {
            List<Layout> layouts = levels.layouts(shape[0], shape[1]);
            int middle = IntStream.range(0, layouts.size())
                    .filter(i -> ((SparseMask) layouts.get(i)).kept() == Math.round(shape[0] * shape[1] * 0.5))
                    .findFirst()
                    .orElseThrow();
            assertThat(layouts).hasSizeLessThanOrEqualTo(17);
            for (int i = 1; i < layouts.size(); i++) {
                assertThat(layouts.get(i).sizeInBytes(shape[0], shape[1])
                                - layouts.get(i - 1).sizeInBytes(shape[0], shape[1]))
                        .isEqualTo(2 * 96);
            }
            assertThat(middle).isLessThanOrEqualTo(8);
        }
        assertThat(levels.layouts(16, 16)).hasSize(3);
    }

    @Test
    void refusesLevelsThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> new SparsityLevels(1, 2, 3, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new SparsityLevels(Double.NaN, 2, 3, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new SparsityLevels(0.5, -1, 3, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new SparsityLevels(0.5, 1, 0, false));
    }

    @Test
    void masksPruneExactlyAndTiesInOrder() {
        assertThat(Masks.pruneLowest(new double[] {1, 0, 1, 1, 0}, 3)).containsExactly(false, false, true, true, false);
        assertThat(Masks.pruneLowest(new double[] {1, 2}, 0)).containsExactly(true, true);
        assertThat(Masks.pruneLowest(new double[] {2, 1}, 2)).containsExactly(false, false);
        assertThat(IntStream.range(0, 7).map(part -> Masks.share(10, part, 7)).sum())
                .isEqualTo(10);
    }
}
