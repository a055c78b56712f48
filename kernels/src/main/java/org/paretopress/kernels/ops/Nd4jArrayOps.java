package org.paretopress.kernels.ops;

import java.util.Arrays;
import java.util.OptionalLong;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * An engine of ND4J's array operations alone, which runs on whichever backend ND4J has loaded: on GPUs with the CUDA one.
 *
 * <p>Products are of 32-bit floats; what losses are made of is summed in 64 bits. Packed weights stay on the heap's side and are
 * dequantized into an array for each product. Divergences over the top tokens are worked out on the CPU ({@link SparseRows}). Every
 * array that an operation makes is closed before it returns.
 */
public final class Nd4jArrayOps implements TensorOps {

    /** Elements of logits that are widened to 64 bits together: 32 MiB for each of a handful of arrays. */
    private static final int TOGETHER = 1 << 22;

    /** Rows of a packed weight that go to the device together. */
    private static final int STRIP_ROWS = 128;

    private final Nd4jDevice device;
    private final float[] lanes = new float[RowMath.FIXED];
    private final SparseRows sparseRows = new SparseRows();
    private ArrayAttention attention;

    /** @param device a GPU as CUDA counts them; 0 on the CPU backend */
    public Nd4jArrayOps(int device) {
        this.device = new Nd4jDevice(device);
    }

    /** The library behind this engine, for provenance. */
    public static String description() {
        return Nd4jOps.nd4j();
    }

    /**
     * What CUDA counts as free on the GPU. Not proven on a GPU; memory that ND4J keeps for later, or that the garbage collector has not
     * found yet, counts as taken.
     */
    @Override
    public OptionalLong freeBytes() {
        if (!CudaBackend.isOnClassPath()) {
            return OptionalLong.empty();
        }
        device.claim();
        return OptionalLong.of(
                NativeOpsHolder.getInstance().getDeviceNativeOps().getDeviceFreeMemory(device.number()));
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        return new Nd4jArray(device, rows, columns);
    }

    @Override
    public Weight keep(PackedRows weight) {
        return new HostWeight(weight);
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        values(to).assign(values(from));
    }

    @Override
    public void gather(Tensor table, int[] rows, Tensor y) {
        INDArray from = values(table);
        try (INDArray places = Nd4j.createFromArray(rows)) {
            ArrayOperations.gather(from, places, values(y));
        }
    }

    @Override
    public void linear(Tensor x, Weight weight, Tensor y, boolean accumulate) {
        try (Tensor unpacked = unpacked(weight)) {
            ArrayOperations.product(1, values(x), false, values(unpacked), true, accumulate, values(y));
        }
    }

    @Override
    public void linearBackward(Tensor y, Weight weight, Tensor x, boolean accumulate) {
        try (Tensor unpacked = unpacked(weight)) {
            ArrayOperations.product(1, values(y), false, values(unpacked), false, accumulate, values(x));
        }
    }

    /** For the caller to close: a view of a tensor, or the dequantized values of a packed weight. */
    private Tensor unpacked(Weight weight) {
        if (!(weight instanceof HostWeight packed)) {
            return ((Nd4jArray) weight).slice(0, weight.rows());
        }
        int inputs = weight.columns();
        Tensor whole = allocate(weight.rows(), inputs);
        float[] strip = new float[Math.min(STRIP_ROWS, weight.rows()) * inputs];
        for (int output = 0; output < weight.rows(); output += STRIP_ROWS) {
            int rows = Math.min(STRIP_ROWS, weight.rows() - output);
            for (int row = 0; row < rows; row++) {
                packed.matrix().dequantize(output + row, strip, row * inputs);
            }
            whole.writeRows(output, rows, strip, 0);
        }
        return whole;
    }

    @Override
    public void rmsNorm(Tensor x, float[] gain, double epsilon, Tensor y) {
        INDArray input = values(x);
        INDArray output = values(y);
        try (INDArray squares = input.mul(input);
                INDArray rms = ArrayOperations.reduceRows("reduce_mean", squares);
                INDArray floor = Nd4j.create(new float[] {(float) epsilon}, new long[] {1, 1}, 'c');
                INDArray gains = Nd4j.create(gain, new long[] {1, gain.length}, 'c')) {
            Transforms.sqrt(rms.addi(floor), false);
            output.assign(input);
            output.divi(rms);
            output.muli(gains);
        }
    }

    @Override
    public void rotate(Tensor x, Rotary rotary, int sequenceLength) {
        int half = rotary.headSize() / 2;
        long[] shape = {x.rows() / sequenceLength, sequenceLength, x.columns() / half / 2, 2L * half};
        INDArray heads = values(x).reshape('c', shape);
        INDArray first = channels(heads, 0, half);
        INDArray second = channels(heads, half, half);
        try (INDArray cosines = angles(rotary.cosines(), sequenceLength, half);
                INDArray sines = angles(rotary.sines(), sequenceLength, half);
                INDArray turned = first.mul(cosines);
                INDArray away = second.mul(sines);
                INDArray towards = first.mul(sines)) {
            second.muli(cosines);
            second.addi(towards);
            turned.subi(away);
            first.assign(turned);
        }
    }

    private static INDArray channels(INDArray heads, int from, int count) {
        return heads.get(
                NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, from + count));
    }

    private static INDArray angles(float[] table, int positions, int half) {
        return Nd4j.create(Arrays.copyOf(table, positions * half), new long[] {1, positions, 1, half}, 'c');
    }

    @Override
    public void attention(Tensor q, Tensor k, Tensor v, int headSize, int sequenceLength, Tensor y) {
        INDArray queries = values(q);
        if (attention == null || attention.length() != sequenceLength) {
            closeAttention();
            attention = new ArrayAttention(sequenceLength);
        }
        attention.run(queries, values(k), values(v), headSize, values(y));
    }

    @Override
    public void swiGlu(Tensor gate, Tensor up) {
        INDArray g = values(gate);
        try (INDArray sigmoid = Transforms.sigmoid(g, true)) {
            g.muli(sigmoid);
            g.muli(values(up));
        }
    }

    @Override
    public void gram(Tensor x, Tensor product) {
        crossGram(x, x, product);
    }

    @Override
    public void crossGram(Tensor y, Tensor x, Tensor product) {
        ArrayOperations.product(1, values(y), true, values(x), false, false, values(product));
    }

    @Override
    public DensePrediction densePrediction(Tensor logits, Divergence divergence) {
        return divergence instanceof Divergence.TopTokens top && top.isShortOf(logits.columns())
                ? sparseRows.predict(this, logits, top)
                : fullPrediction(logits);
    }

    private FullPrediction fullPrediction(Tensor logits) {
        Tensor probabilities = allocate(logits.rows(), logits.columns());
        double[] mass = new double[logits.rows()];
        double[] negativeEntropy = new double[logits.rows()];
        int together = rowsTogether(logits.columns());
        for (int t = 0; t < logits.rows(); t += together) {
            int rows = Math.min(together, logits.rows() - t);
            try (WideLogits wide = new WideLogits(view(logits, t, rows))) {
                wide.predict(view(probabilities, t, rows), t, mass, negativeEntropy);
            }
        }
        return new FullPrediction(probabilities, mass, negativeEntropy);
    }

    @Override
    public void score(Tensor logits, int[] targets, DensePrediction dense, double[] kl, double[] nll) {
        int together = rowsTogether(logits.columns());
        for (int t = 0; t < logits.rows(); t += together) {
            int rows = Math.min(together, logits.rows() - t);
            try (WideLogits wide = new WideLogits(view(logits, t, rows))) {
                double[] logSums = wide.logSums();
                double[] ofTargets = wide.at(Arrays.copyOfRange(targets, t, t + rows));
                double[] products = dense instanceof FullPrediction full
                        ? wide.dot(view(full.probabilities(), t, rows))
                        : new double[rows];
                for (int row = 0; row < rows; row++) {
                    nll[t + row] = logSums[row] - ofTargets[row];
                    if (dense instanceof FullPrediction full) {
                        kl[t + row] = full.divergence(t + row, products[row], logSums[row]);
                    }
                }
            }
        }
        if (dense instanceof SparsePrediction sparse) {
            sparseDivergence(logits, sparse, kl);
        }
    }

    private void sparseDivergence(Tensor logits, SparsePrediction dense, double[] kl) {
        int columns = logits.columns();
        float[] z = new float[columns];
        float[] scratch = new float[columns];
        for (int t = 0; t < logits.rows(); t++) {
            logits.readRow(t, z);
            kl[t] = sparseRows.divergence(dense, t, z, columns, RowMath.logSumExp(z, columns, scratch, lanes));
        }
    }

    @Override
    public void close() {
        closeAttention(); // tensors are closed by those who allocated them
    }

    private void closeAttention() {
        if (attention != null) {
            attention.close();
            attention = null;
        }
    }

    private static int rowsTogether(int columns) {
        return Math.max(1, TOGETHER / columns);
    }

    /** The array of a tensor, for this thread on this engine's device. */
    private INDArray values(Tensor tensor) {
        device.claim();
        return ((Nd4jArray) tensor).values();
    }

    private INDArray view(Tensor tensor, int firstRow, int count) {
        device.claim();
        return ((Nd4jArray) tensor).view(firstRow, count);
    }
}
