package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.cpu.nativecpu.CpuEnvironment;
import org.paretopress.kernels.ops.Divergence.Tail;
import org.paretopress.kernels.ops.Divergence.TopTokens;

/** The engine of array operations on ND4J's CPU backend: the same class that computes on GPUs. */
class Nd4jArrayOpsTest extends TensorOpsContract {

    @Override
    protected TensorOps create() {
        assumeFalse(CudaBackend.isOnClassPath(), "ND4J is left to GPUs in this build, see Nd4jCudaContractTest");
        return new Nd4jArrayOps(0);
    }

    /** ND4J's own indexing finds nothing in some parts of parts. */
    @Test
    void slicesAreComputedLikeWholeTensors() {
        Rotary rotary = Rotary.of(config(4), 6);
        try (TensorOps ops = create();
                Tensor whole = ops.allocate(18, 8);
                Tensor apart = ops.allocate(6, 8)) {
            SplittableRandom random = new SplittableRandom(5);
            for (int row = 0; row < 18; row++) {
                whole.writeRow(row, new float[] {(float) random.nextDouble(), row, 1, 0, -2, 3, 1 - row, 4}, 0);
            }
            Tensor slice = whole.slice(6, 12).slice(6, 6);
            ops.copy(slice, apart);
            for (Tensor x : List.of(slice, apart)) {
                ops.rotate(x, rotary, 6);
                ops.attention(x, x, x, 4, 6, x);
                ops.rmsNorm(x, new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1e-5, x);
                ops.swiGlu(x, x);
            }
            float[] expected = new float[8];
            float[] actual = new float[8];
            for (int row = 0; row < 6; row++) {
                apart.readRow(row, expected);
                slice.readRow(row, actual);
                assertThat(actual).isEqualTo(expected);
            }
        }
    }

    @Test
    void onTheCpuMemoryIsTheHosts() {
        try (TensorOps ops = create()) {
            assertThat(ops.freeBytes()).isEmpty();
        }
    }

    /** Beside the tensors of the caller nothing is left on the device, without the help of the garbage collector. */
    @Test
    void everyArrayOnTheWayIsClosed() {
        allPrimitives(); // ND4J allocates constants once
        long before = bytes();
        for (int i = 0; i < 3; i++) {
            allPrimitives();
        }
        assertThat(bytes()).isEqualTo(before);
        try (Tensor tensor = create().allocate(10, 100)) {
            assertThat(bytes()).isEqualTo(before + tensor.sizeInBytes());
        }
    }

    private static long bytes() {
        return CpuEnvironment.getInstance().getDeviceCouner(0);
    }

    private void allPrimitives() {
        Rotary rotary = Rotary.of(config(4), 6);
        try (TensorOps ops = create();
                Tensor x = ops.allocate(12, 8);
                Tensor y = ops.allocate(12, 8);
                Tensor square = ops.allocate(8, 8)) {
            x.writeRows(0, 12, new float[96], 0);
            square.writeRows(0, 8, new float[64], 0);
            Weight packed = ops.keep(TensorOpsContract.packed(square));
            ops.copy(x, y);
            ops.gather(x, new int[12], y);
            ops.linear(x, packed, y, true);
            ops.linearBackward(y, packed, x, true);
            ops.rmsNorm(x, new float[8], 1e-5, y);
            ops.rotate(x, rotary, 6);
            ops.attention(x, x, x, 4, 6, y);
            ops.swiGlu(x, y);
            ops.gram(x, square);
            ops.crossGram(x, y, square);
            for (Divergence divergence : List.of(Divergence.FULL, new TopTokens(3, Tail.BUCKET))) {
                try (DensePrediction dense = ops.densePrediction(x, divergence)) {
                    ops.score(y, new int[12], dense, new double[12], new double[12]);
                }
            }
            x.slice(3, 4).readRow(0, new float[8]);
        }
    }
}
