package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.paretopress.kernels.levels.DroppedMatrix;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.ReferenceOps;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.ops.Weight;

/** Levels that stay packed in the memory of the GPU are multiplied as their dequantized weights are. */
class CudaLevelsTest {

    private static final int TOKENS = 5;

    private static final Map<Precision, TensorOps> ENGINES = new EnumMap<>(Precision.class);

    private final TensorOps oracle = new ReferenceOps();
    private final SplittableRandom random = new SplittableRandom(5);

    private static TensorOps engine(Precision precision) {
        return ENGINES.computeIfAbsent(precision, CudaContract::open);
    }

    @AfterAll
    static void close() {
        ENGINES.values().forEach(TensorOps::close);
        ENGINES.clear();
    }

    static Stream<Arguments> ofOneKernel() {
        return inEveryPrecision(LevelSamples.ofOneKernel());
    }

    static Stream<Arguments> all() {
        return Stream.concat(ofOneKernel(), inEveryPrecision(LevelSamples.ofSeveralKernels()));
    }

    private static Stream<Arguments> inEveryPrecision(List<PackedMatrix> samples) {
        return Stream.of(Precision.values())
                .flatMap(precision -> samples.stream().map(matrix -> Arguments.of(precision, matrix.layout(), matrix)));
    }

    /** The way back from ones and zeros picks the weights out; they are rounded to the nearest number of the precision. */
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("ofOneKernel")
    void everyWeightIsDequantizedAndRounded(Precision precision, Object layout, PackedMatrix matrix) {
        TensorOps ops = engine(precision);
        try (Tensor identity = ops.allocate(matrix.rows(), matrix.rows());
                Tensor picked = ops.allocate(matrix.rows(), matrix.columns());
                Weight kept = ops.keep(matrix)) {
            for (int row = 0; row < matrix.rows(); row++) {
                float[] one = new float[matrix.rows()];
                one[row] = 1;
                identity.writeRow(row, one, 0);
            }
            ops.linearBackward(identity, kept, picked, false);
            float[] expected = new float[matrix.columns()];
            float[] actual = new float[matrix.columns()];
            for (int row = 0; row < matrix.rows(); row++) {
                matrix.dequantize(row, expected);
                picked.readRow(row, actual);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(actual[i] + 0f) // a sum of zeros has the sign plus
                            .as("row %d, column %d", row, i)
                            .isEqualTo(rounded(precision, expected[i]) + 0f);
                }
            }
        }
    }

    /** To the nearest number with so many bits, of two that are as near to the even one. */
    private static float rounded(Precision precision, float value) {
        return switch (precision) {
            case FLOAT32 -> value;
            case BFLOAT16 -> rounded(value, 8, -126);
            case FLOAT16 -> rounded(value, 11, -14);
        };
    }

    private static float rounded(double value, int bits, int smallestExponent) {
        double step = Math.scalb(1.0, Math.max(Math.getExponent(value), smallestExponent) - bits + 1);
        return (float) (Math.rint(value / step) * step);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("all")
    void productsAreThoseOfTheDequantizedWeights(Precision precision, Object layout, PackedMatrix matrix) {
        TensorOps ops = engine(precision);
        double scale = 2 * largest(matrix); // the second sum comes on top of the first, with the same errors
        try (Weight kept = ops.keep(matrix)) {
            Weight expected = oracle.keep(matrix);
            Pair x = pair(ops, precision, matrix.columns());
            Pair y = pair(ops, precision, matrix.rows());
            for (boolean accumulate : new boolean[] {false, true}) {
                oracle.linear(x.expected, expected, y.expected, accumulate);
                ops.linear(x.actual, kept, y.actual, accumulate);
                assertClose(y, precision, scale, matrix.columns());
            }
            y = pair(ops, precision, matrix.rows());
            for (boolean accumulate : new boolean[] {false, true}) {
                oracle.linearBackward(y.expected, expected, x.expected, accumulate);
                ops.linearBackward(y.actual, kept, x.actual, accumulate);
                assertClose(x, precision, scale, matrix.rows());
            }
        }
    }

    /** As the forward pass has them: products go to tensors of the precision, too. */
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("all")
    void productsMayGoToWhatProductsRead(Precision precision, Object layout, PackedMatrix matrix) {
        TensorOps ops = engine(precision);
        try (Weight kept = ops.keep(matrix);
                Tensor x = ops.allocateOperand(TOKENS, matrix.columns());
                Tensor y = ops.allocateOperand(TOKENS, matrix.rows())) {
            Pair inputs = pair(ops, precision, matrix.columns());
            ops.copy(inputs.actual, x);
            Pair outputs = new Pair(oracle.allocate(TOKENS, matrix.rows()), y);
            oracle.linear(inputs.expected, oracle.keep(matrix), outputs.expected, false);
            ops.linear(x, kept, y, false);
            assertClose(outputs, precision, 2 * largest(matrix), matrix.columns());
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("all")
    void whatIsKeptIsAboutAsLargeAsThePayload(Precision precision, Object layout, PackedMatrix matrix) {
        try (Weight kept = engine(precision).keep(matrix)) {
            assertThat(kept.rows()).isEqualTo(matrix.rows());
            assertThat(kept.columns()).isEqualTo(matrix.columns());
            if (LevelKernel.of(matrix).isPresent()) {
                long weights = (long) matrix.rows() * matrix.columns();
                long index = weights / 16 + 4; // 4 bytes for 64 entries of a mask
                assertThat(kept.sizeInBytes())
                        .isBetween(matrix.sizeInBytes(), matrix.sizeInBytes() + index)
                        .isLessThan(2 * weights);
            } else {
                assertThat(kept.sizeInBytes()).isGreaterThan(matrix.sizeInBytes() / 2);
            }
        }
    }

    /** Factors whose rows need no padding take what the payload takes. */
    @Test
    void factorsOfWholeEightsTakeNoMoreThanThePayload() {
        PackedMatrix factors = LevelSamples.ofSeveralKernels().get(1);
        try (Weight kept = engine(Precision.BFLOAT16).keep(factors)) {
            assertThat(kept.sizeInBytes()).isEqualTo(factors.sizeInBytes());
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aDroppedLayerMultipliesAsZerosDo(Precision precision) {
        TensorOps ops = engine(precision);
        try (Weight kept = ops.keep(DroppedMatrix.of(7, 13))) {
            Pair x = pair(ops, precision, 13);
            Pair y = pair(ops, precision, 7);
            ops.linear(x.actual, kept, y.actual, true);
            assertClose(y, Precision.FLOAT32, 0, 1);
            ops.linear(x.actual, kept, y.actual, false);
            float[] row = new float[7];
            y.actual.readRow(0, row);
            assertThat(row).containsOnly(0);
        }
    }

    /** The same contents in the oracle's memory and in the engine's. */
    private record Pair(Tensor expected, Tensor actual) {}

    /** Random rows of numbers that the precision has. */
    private Pair pair(TensorOps ops, Precision precision, int columns) {
        Pair pair = new Pair(oracle.allocate(TOKENS, columns), ops.allocate(TOKENS, columns));
        float[] row = new float[columns];
        for (int t = 0; t < TOKENS; t++) {
            for (int i = 0; i < columns; i++) {
                row[i] = rounded(precision, (float) random.nextDouble(-1, 1));
            }
            pair.expected.writeRow(t, row, 0);
            pair.actual.writeRow(t, row, 0);
        }
        return pair;
    }

    /** Within a tolerance that grows with the length of the sums behind each element, as in the contract of all engines. */
    private static void assertClose(Pair pair, Precision precision, double scale, int length) {
        double roundoff = CudaContract.roundoff(precision);
        float[] expected = new float[pair.expected.columns()];
        float[] actual = new float[expected.length];
        for (int t = 0; t < TOKENS; t++) {
            pair.expected.readRow(t, expected);
            pair.actual.readRow(t, actual);
            assertThat(actual).as("token %d", t).containsExactly(expected, Offset.offset((float)
                    (scale * roundoff * (2 + Math.sqrt(length)))));
        }
    }

    private static double largest(PackedMatrix matrix) {
        float[] weights = new float[matrix.rows() * matrix.columns()];
        matrix.dequantize(weights);
        double largest = 0;
        for (float weight : weights) {
            largest = Math.max(largest, Math.abs(weight));
        }
        return largest;
    }
}
