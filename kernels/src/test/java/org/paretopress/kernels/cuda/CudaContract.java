package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.ops.TensorOpsContract;

/**
 * The contract of all engines on {@link CudaOps}: on the GPU that the system property {@value #GPU} names, or on one that is emulated, where
 * the same kernels run on the CPU.
 */
abstract class CudaContract extends TensorOpsContract {

    static final String GPU = "paretopress.gpu";

    private static CudaKernels kernels;

    abstract Precision precision();

    @Override
    protected TensorOps create() {
        return open(precision());
    }

    static TensorOps open(Precision precision) {
        return kernels().open(device(precision));
    }

    /** The GPU of the tests. */
    static Device device(Precision precision) {
        return new Device(System.getProperty(GPU, "0"), precision);
    }

    /** All tests share what is compiled. */
    static synchronized CudaKernels kernels() {
        if (kernels == null) {
            kernels = System.getProperty(GPU) == null ? emulated() : new CudaKernels();
            assertThat(kernels.obstacle(device(Precision.FLOAT32))).isEmpty();
        }
        return kernels;
    }

    private static CudaKernels emulated() {
        EmulatedCuda.assumeAvailable();
        return new CudaKernels(EmulatedCuda.environment(), EmulatedCuda.compiled());
    }

    @Override
    protected double roundoff() {
        return roundoff(precision());
    }

    /** What numbers between products may be off by, in parts of them; in 32 bits, what sums may be off by in any order. */
    static double roundoff(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> 4e-6;
            case BFLOAT16 -> 0x1p-9;
            case FLOAT16 -> 0x1p-12;
        };
    }

    @Override
    protected float representable(float value) {
        return switch (precision()) {
            case FLOAT32 -> value;
            case BFLOAT16 -> Float.intBitsToFloat(Float.floatToIntBits(value) & 0xFFFF0000);
            case FLOAT16 -> Half.toFloat(Half.ofDouble(value));
        };
    }

    /** Sequences within a tile, at its edge, and of several tiles; several sequences, query heads that share keys. */
    @ParameterizedTest
    @CsvSource({"1, 16, 1, 1", "64, 16, 4, 2", "65, 32, 2, 1", "150, 64, 4, 4", "200, 128, 8, 2"})
    void attentionOverTiles(int length, int headSize, int heads, int keyHeads) {
        attentionLikeTheOracle(3, length, headSize, heads, keyHeads);
    }
}
