package org.paretopress.kernels.ggml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.paretopress.kernels.Shared;

/** Against llama.cpp itself: the same floats from the same bytes, and no larger errors than its own quantizers make. */
class GgmlAgreementTest {

    private static final int COLUMNS = 256;

    private static NativeGgml ggml;

    /** Before each test, so that each is reported as skipped. */
    @BeforeEach
    void load() {
        if (ggml == null) {
            ggml = NativeGgml.load();
        }
    }

    /** Every byte takes every value, so scales are negative, subnormal, infinite and no numbers, too. */
    @ParameterizedTest
    @EnumSource
    void randomBlocksHaveTheSameWeights(GgmlType type) {
        byte[] blocks = new byte[4000 * type.bytesPerBlock()];
        new Random(11).nextBytes(blocks);
        requireSame(type, ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN));
    }

    @ParameterizedTest
    @EnumSource
    void ownBlocksHaveTheSameWeights(GgmlType type) {
        requireSame(
                type, BlockSamples.quantize(type, BlockSamples.gaussian(200 * COLUMNS, 3), BlockSamples.ones(COLUMNS)));
    }

    @ParameterizedTest
    @EnumSource
    void ggmlsBlocksHaveTheSameWeights(GgmlType type) {
        requireSame(type, ggml.quantizeByReference(type, BlockSamples.gaussian(200 * COLUMNS, 4)));
    }

    private static void requireSame(GgmlType type, ByteBuffer blocks) {
        float[] expected = ggml.dequantize(type, blocks.array());
        float[] actual = BlockSamples.dequantize(type, blocks);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            // floatToIntBits: a number that is none has many bit patterns, every other number one.
            assertThat(Float.floatToIntBits(actual[i]))
                    .as("weight %d of %s: %s, ggml has %s", i, type, actual[i], expected[i])
                    .isEqualTo(Float.floatToIntBits(expected[i]));
        }
    }

    @ParameterizedTest
    @EnumSource
    void errorsOnGaussiansAreSmaller(GgmlType type) {
        requireSmallerErrors(type, BlockSamples.gaussian(400 * COLUMNS, 5));
    }

    @ParameterizedTest
    @EnumSource
    void errorsOnALanguageModelAreSmaller(GgmlType type) {
        requireSmallerErrors(type, BlockSamples.layers(Shared.path("models/books-12L"), "self_attn.q_proj", 32));
    }

    private static void requireSmallerErrors(GgmlType type, float[] weights) {
        double[] ones = BlockSamples.ones(COLUMNS);
        double reference = BlockSamples.error(weights, of(type, ggml.quantizeByReference(type, weights)), ones);
        assertThat(ownError(type, weights, ones)).isLessThan(reference);
        requireSmallerErrors(type, weights, ones);
        requireSmallerErrors(type, weights, BlockSamples.importance(COLUMNS, 6));
    }

    private static void requireSmallerErrors(GgmlType type, float[] weights, double[] importance) {
        float[] floats = new float[importance.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) importance[i];
        }
        float[] theirs = of(type, ggml.quantizeByImportance(type, weights, floats));
        assertThat(ownError(type, weights, importance)).isLessThan(BlockSamples.error(weights, theirs, importance));
    }

    private static double ownError(GgmlType type, float[] weights, double[] importance) {
        return BlockSamples.error(weights, of(type, BlockSamples.quantize(type, weights, importance)), importance);
    }

    private static float[] of(GgmlType type, ByteBuffer packed) {
        return BlockSamples.dequantize(type, packed);
    }
}
