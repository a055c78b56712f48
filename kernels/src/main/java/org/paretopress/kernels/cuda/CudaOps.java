package org.paretopress.kernels.cuda;

import static org.paretopress.kernels.cuda.Workbench.of;

import java.util.OptionalLong;
import org.paretopress.kernels.cuda.CudaStream.Grid;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.PackedRows;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.Rotary;
import org.paretopress.kernels.ops.SparseRows;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.ops.Weight;

/**
 * The engine for GPUs: products by cuBLASLt, what lies between by kernels of our own ({@code kernels.cu}, {@code attention.cu}), which are
 * compiled for the device when it is opened.
 *
 * <p>Residual streams and logits are kept in 32 bits; what products read, in the engine's precision ({@link #allocateOperand}). A kernel takes
 * the precision in which the forward pass has its operand, and another is converted on the way. Levels stay packed as the level
 * database has them, and are dequantized on their way into each product, so a change of level is a change of pointer.
 */
public final class CudaOps implements TensorOps {

    /** The largest head without tensor cores, as in {@code kernels.cu}. */
    static final int MOST_CHANNELS = 256;

    private final CudaDevice device;
    private final Workbench bench;
    private final Products products;
    private final KeptWeights weights;
    private final CudaLosses losses;

    CudaOps(CudaDevice device, CublasLtApi cublasLt, CompiledKernels kernels, Precision precision) {
        this.device = device;
        this.bench = new Workbench(device, kernels, precision);
        this.products = new Products(device, cublasLt, bench.stream());
        this.weights = new KeptWeights(bench);
        this.losses = new CudaLosses(bench);
    }

    @Override
    public OptionalLong freeBytes() {
        return OptionalLong.of(device.freeMemory());
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        return CudaTensor.allocate(device, rows, columns, Precision.FLOAT32);
    }

    @Override
    public Tensor allocateOperand(int rows, int columns) {
        return bench.allocateOperand(rows, columns);
    }

    @Override
    public boolean multipliesPacked() {
        return true;
    }

    @Override
    public Weight keep(PackedRows weight) {
        return weights.keep(weight);
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        device.enter();
        bench.copy(of(from), of(to));
    }

    @Override
    public void gather(Tensor table, int[] rows, Tensor y) {
        device.enter();
        if (of(table).precision() != bench.precision()) {
            for (int row = 0; row < rows.length; row++) {
                bench.copy(of(table).slice(rows[row], 1), of(y).slice(row, 1));
            }
            return;
        }
        CudaTensor to = bench.room(y, "out", Precision.FLOAT32);
        bench.eachRow(
                "gather_rows",
                rows.length,
                of(table).address(),
                of(table).stride(),
                bench.scratch().numbers("rows", rows),
                to.address(),
                to.stride(),
                to.columns());
        bench.back(to, y);
    }

    @Override
    public void linear(Tensor x, Weight weight, Tensor y, boolean accumulate) {
        device.enter();
        multiply(bench.operand(x, "x"), (CudaWeight) weight, true, of(y), accumulate);
    }

    @Override
    public void linearBackward(Tensor y, Weight weight, Tensor x, boolean accumulate) {
        device.enter();
        multiply(bench.operand(y, "x"), (CudaWeight) weight, false, of(x), accumulate);
    }

    /** {@code to = from·W} or {@code from·Wᵀ}, or added to it; a product of factors one after the other. */
    private void multiply(CudaTensor from, CudaWeight weight, boolean transposed, CudaTensor to, boolean accumulate) {
        if (weight instanceof CudaWeight.Factors factors) {
            int rank = factors.right().rows();
            CudaTensor inner = bench.scratch().tensor("inner", from.rows(), rank, bench.precision());
            multiply(from, transposed ? factors.right() : factors.left(), transposed, inner, false);
            multiply(inner, transposed ? factors.left() : factors.right(), transposed, to, accumulate);
        } else if (weight instanceof CudaWeight.Sum sum) {
            multiply(from, sum.level(), transposed, to, accumulate);
            multiply(from, sum.product(), transposed, to, true);
        } else {
            products.multiply(from, false, weights.whole(weight), transposed, to, accumulate);
        }
    }

    @Override
    public void rmsNorm(Tensor x, float[] gain, double epsilon, Tensor y) {
        device.enter();
        CudaTensor from = bench.wide(x, "x");
        CudaTensor to = bench.room(y, "out", bench.precision());
        bench.eachRow(
                "rms_norm",
                from.rows(),
                from.address(),
                from.stride(),
                bench.scratch().constant(gain),
                (float) epsilon,
                to.address(),
                to.stride(),
                from.columns());
        bench.back(to, y);
    }

    @Override
    public void rotate(Tensor x, Rotary rotary, int sequenceLength) {
        device.enter();
        CudaTensor turned = bench.operand(x, "out");
        bench.eachRow(
                "rotate",
                turned.rows(),
                turned.address(),
                turned.stride(),
                turned.columns(),
                rotary.headSize(),
                sequenceLength,
                bench.scratch().constant(rotary.cosines()),
                bench.scratch().constant(rotary.sines()));
        bench.back(turned, x);
    }

    @Override
    public void attention(Tensor q, Tensor k, Tensor v, int headSize, int sequenceLength, Tensor y) {
        device.enter();
        CudaTensor queries = bench.operand(q, "x");
        CudaTensor keys = bench.operand(k, "keys");
        CudaTensor values = bench.operand(v, "values");
        CudaTensor to = bench.room(y, "out", bench.precision());
        int heads = queries.columns() / headSize;
        int keyHeads = keys.columns() / headSize;
        float scale = (float) (1 / Math.sqrt(headSize));
        if (bench.precision() != Precision.FLOAT32 && TiledAttention.fits(headSize)) {
            int tiles = (sequenceLength + TiledAttention.QUERIES - 1) / TiledAttention.QUERIES;
            int shared = TiledAttention.sharedBytes(headSize);
            bench.stream()
                    .launch(
                            bench.kernels().attention(headSize),
                            new Grid(tiles, heads, queries.rows() / sequenceLength, TiledAttention.THREADS, shared),
                            queries.address(),
                            queries.stride(),
                            keys.address(),
                            values.address(),
                            keys.stride(),
                            to.address(),
                            to.stride(),
                            heads,
                            keyHeads,
                            sequenceLength,
                            scale);
        } else if (headSize > MOST_CHANNELS) {
            throw new IllegalArgumentException("Heads of " + headSize + " channels are more than " + MOST_CHANNELS
                    + ".\nMaybe compute this model on the CPU.");
        } else {
            int warps = Workbench.BLOCK / 32;
            bench.stream()
                    .launch(
                            bench.kernels().get("attention_by_lanes"),
                            new Grid((queries.rows() + warps - 1) / warps, heads, 1, Workbench.BLOCK, 0),
                            queries.address(),
                            queries.stride(),
                            keys.address(),
                            values.address(),
                            keys.stride(),
                            to.address(),
                            to.stride(),
                            queries.rows(),
                            heads,
                            keyHeads,
                            headSize,
                            sequenceLength,
                            scale);
        }
        bench.back(to, y);
    }

    @Override
    public void swiGlu(Tensor gate, Tensor up) {
        device.enter();
        CudaTensor gates = bench.operand(gate, "out");
        CudaTensor ups = bench.operand(up, "x");
        bench.eachRow(
                "swi_glu", gates.rows(), gates.address(), gates.stride(), ups.address(), ups.stride(), gates.columns());
        bench.back(gates, gate);
    }

    @Override
    public void gram(Tensor x, Tensor product) {
        crossGram(x, x, product);
    }

    @Override
    public void crossGram(Tensor y, Tensor x, Tensor product) {
        device.enter();
        CudaTensor left = bench.operand(y, "x");
        CudaTensor right = y == x ? left : bench.operand(x, "keys");
        products.multiply(left, true, right, false, of(product), false);
    }

    @Override
    public DensePrediction densePrediction(Tensor logits, Divergence divergence) {
        device.enter();
        return divergence instanceof Divergence.TopTokens top && top.isShortOf(logits.columns())
                ? new SparseRows().predict(this, logits, top)
                : losses.predict(logits);
    }

    @Override
    public void score(Tensor logits, int[] targets, DensePrediction dense, double[] kl, double[] nll) {
        device.enter();
        losses.score(logits, targets, dense, kl, nll);
    }

    @Override
    public void close() {
        device.enter();
        products.close();
        bench.close();
    }
}
