package org.paretopress.kernels.cuda;

import java.util.OptionalLong;
import org.paretopress.kernels.cuda.CudaStream.Grid;
import org.paretopress.kernels.levels.LowRankMatrix;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.ResidualMatrix;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.FullPrediction;
import org.paretopress.kernels.ops.PackedRows;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.Rotary;
import org.paretopress.kernels.ops.SparsePrediction;
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

    /** Threads of a block, as {@code BLOCK} in {@code reductions.cuh}. */
    private static final int BLOCK = 256;

    /** The largest head without tensor cores, as in {@code kernels.cu}. */
    private static final int MOST_CHANNELS = 256;

    /** Numbers that scoring returns for a row, as {@code NUMBERS} in {@code kernels.cu}. */
    private static final int NUMBERS = 4;

    private final CudaDevice device;
    private final CompiledKernels kernels;
    private final Precision precision;
    private final CudaStream stream;
    private final Products products;
    private final Scratch scratch;

    CudaOps(CudaDevice device, CublasLtApi cublasLt, CompiledKernels kernels, Precision precision) {
        this.device = device;
        this.kernels = kernels;
        this.precision = precision;
        this.stream = new CudaStream(device);
        this.products = new Products(device, cublasLt, stream);
        this.scratch = new Scratch(device, stream);
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
        return CudaTensor.allocate(device, rows, columns, precision);
    }

    @Override
    public boolean multipliesPacked() {
        return true;
    }

    @Override
    public Weight keep(PackedRows weight) {
        return weight instanceof PackedMatrix matrix ? keepMatrix(matrix) : dequantizedHere(weight);
    }

    private CudaWeight keepMatrix(PackedMatrix matrix) {
        if (matrix instanceof LowRankMatrix product) {
            return factors(product);
        }
        if (matrix instanceof ResidualMatrix residual) {
            return new CudaWeight.Sum(keepMatrix(residual.mended()), factors(residual.product()));
        }
        return LevelKernel.of(matrix)
                .<CudaWeight>map(kernel -> packed(matrix, kernel))
                .orElseGet(() -> dequantizedHere(matrix));
    }

    private CudaWeight.Packed packed(PackedMatrix matrix, LevelKernel kernel) {
        return new CudaWeight.Packed(
                matrix.rows(),
                matrix.columns(),
                kernel,
                device.upload(matrix.payload()),
                device.upload(kernel.index()),
                matrix.sizeInBytes() + (long) Integer.BYTES * kernel.index().length);
    }

    private CudaWeight.Factors factors(LowRankMatrix product) {
        CudaTensor left = (CudaTensor) allocateOperand(product.rows(), product.rank());
        CudaTensor right = (CudaTensor) allocateOperand(product.rank(), product.columns());
        try (CudaDevice.Memory payload = device.upload(product.payload())) {
            long none = 0;
            dequantize(LevelKernel.halves(0), payload.address(), none, left);
            dequantize(LevelKernel.halves(2 * product.rows() * product.rank()), payload.address(), none, right);
            stream.synchronize();
        }
        return new CudaWeight.Factors(left, right);
    }

    /** A weight of some form that no kernel knows. */
    private CudaTensor dequantizedHere(PackedRows weight) {
        CudaTensor tensor = (CudaTensor) allocateOperand(weight.rows(), weight.columns());
        float[] row = new float[weight.columns()];
        for (int r = 0; r < weight.rows(); r++) {
            weight.dequantize(r, row, 0);
            tensor.writeRow(r, row, 0);
        }
        return tensor;
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        device.enter();
        copyHere(of(from), of(to));
    }

    private void copyHere(CudaTensor from, CudaTensor to) {
        if (from.precision() == to.precision()) {
            stream.copy(to.address(), from.address(), from.sizeInBytes());
            return;
        }
        String kernel = to.precision() == Precision.FLOAT32 ? "widen_rows" : "narrow_rows";
        stream.launch(
                kernels.get(kernel),
                Grid.of(from.rows(), BLOCK),
                from.address(),
                from.stride(),
                to.address(),
                to.stride(),
                from.columns());
    }

    @Override
    public void gather(Tensor table, int[] rows, Tensor y) {
        device.enter();
        if (of(table).precision() != precision) {
            for (int row = 0; row < rows.length; row++) {
                copyHere(of(table).slice(rows[row], 1), of(y).slice(row, 1));
            }
            return;
        }
        CudaTensor to = in(Precision.FLOAT32, y, "out", false);
        stream.launch(
                kernels.get("gather_rows"),
                Grid.of(rows.length, BLOCK),
                of(table).address(),
                of(table).stride(),
                scratch.numbers("rows", rows),
                to.address(),
                to.stride(),
                to.columns());
        back(to, y);
    }

    @Override
    public void linear(Tensor x, Weight weight, Tensor y, boolean accumulate) {
        device.enter();
        linearHere(in(precision, x, "x", true), (CudaWeight) weight, of(y), accumulate);
    }

    private void linearHere(CudaTensor x, CudaWeight weight, CudaTensor y, boolean accumulate) {
        if (weight instanceof CudaWeight.Factors factors) {
            CudaTensor inner = scratch.tensor("inner", x.rows(), factors.right().rows(), precision);
            linearHere(x, factors.right(), inner, false);
            linearHere(inner, factors.left(), y, accumulate);
        } else if (weight instanceof CudaWeight.Sum sum) {
            linearHere(x, sum.level(), y, accumulate);
            linearHere(x, sum.product(), y, true);
        } else {
            products.multiply(x, false, whole(weight), true, y, accumulate);
        }
    }

    @Override
    public void linearBackward(Tensor y, Weight weight, Tensor x, boolean accumulate) {
        device.enter();
        linearBackwardHere(in(precision, y, "x", true), (CudaWeight) weight, of(x), accumulate);
    }

    private void linearBackwardHere(CudaTensor y, CudaWeight weight, CudaTensor x, boolean accumulate) {
        if (weight instanceof CudaWeight.Factors factors) {
            CudaTensor inner = scratch.tensor("inner", y.rows(), factors.right().rows(), precision);
            linearBackwardHere(y, factors.left(), inner, false);
            linearBackwardHere(inner, factors.right(), x, accumulate);
        } else if (weight instanceof CudaWeight.Sum sum) {
            linearBackwardHere(y, sum.level(), x, accumulate);
            linearBackwardHere(y, sum.product(), x, true);
        } else {
            products.multiply(y, false, whole(weight), false, x, accumulate);
        }
    }

    /** The weight as a product reads it; a packed one is dequantized now, to memory that the next one takes. */
    private CudaTensor whole(CudaWeight weight) {
        if (weight instanceof CudaTensor tensor) {
            return in(precision, tensor, "weight", true);
        }
        CudaWeight.Packed packed = (CudaWeight.Packed) weight;
        CudaTensor dequantized = scratch.tensor("weight", packed.rows(), packed.columns(), precision);
        dequantize(packed.kernel(), packed.payload().address(), packed.index().address(), dequantized);
        return dequantized;
    }

    private void dequantize(LevelKernel kernel, long payload, long index, CudaTensor target) {
        int eights = (target.columns() + CudaTensor.EIGHT - 1) / CudaTensor.EIGHT;
        stream.launch(
                kernels.get("dequantize_" + kernel.function()),
                new Grid(target.rows(), (eights + BLOCK - 1) / BLOCK, 1, BLOCK, 0),
                payload,
                index,
                target.rows(),
                target.columns(),
                kernel.a(),
                kernel.b(),
                kernel.c(),
                target.address(),
                target.stride());
    }

    @Override
    public void rmsNorm(Tensor x, float[] gain, double epsilon, Tensor y) {
        device.enter();
        CudaTensor from = in(Precision.FLOAT32, x, "x", true);
        CudaTensor to = in(precision, y, "out", false);
        stream.launch(
                kernels.get("rms_norm"),
                Grid.of(from.rows(), BLOCK),
                from.address(),
                from.stride(),
                scratch.constant(gain),
                (float) epsilon,
                to.address(),
                to.stride(),
                from.columns());
        back(to, y);
    }

    @Override
    public void rotate(Tensor x, Rotary rotary, int sequenceLength) {
        device.enter();
        CudaTensor turned = in(precision, x, "out", true);
        stream.launch(
                kernels.get("rotate"),
                Grid.of(turned.rows(), BLOCK),
                turned.address(),
                turned.stride(),
                turned.columns(),
                rotary.headSize(),
                sequenceLength,
                scratch.constant(rotary.cosines()),
                scratch.constant(rotary.sines()));
        back(turned, x);
    }

    @Override
    public void attention(Tensor q, Tensor k, Tensor v, int headSize, int sequenceLength, Tensor y) {
        device.enter();
        CudaTensor queries = in(precision, q, "x", true);
        CudaTensor keys = in(precision, k, "keys", true);
        CudaTensor values = in(precision, v, "values", true);
        CudaTensor to = in(precision, y, "out", false);
        int heads = queries.columns() / headSize;
        int keyHeads = keys.columns() / headSize;
        float scale = (float) (1 / Math.sqrt(headSize));
        if (precision != Precision.FLOAT32 && TiledAttention.fits(headSize)) {
            int tiles = (sequenceLength + TiledAttention.QUERIES - 1) / TiledAttention.QUERIES;
            int shared = TiledAttention.sharedBytes(headSize);
            stream.launch(
                    kernels.attention(headSize),
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
            int warps = BLOCK / 32;
            stream.launch(
                    kernels.get("attention_by_lanes"),
                    new Grid((queries.rows() + warps - 1) / warps, heads, 1, BLOCK, 0),
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
        back(to, y);
    }

    @Override
    public void swiGlu(Tensor gate, Tensor up) {
        device.enter();
        CudaTensor gates = in(precision, gate, "out", true);
        CudaTensor ups = in(precision, up, "x", true);
        stream.launch(
                kernels.get("swi_glu"),
                Grid.of(gates.rows(), BLOCK),
                gates.address(),
                gates.stride(),
                ups.address(),
                ups.stride(),
                gates.columns());
        back(gates, gate);
    }

    @Override
    public void gram(Tensor x, Tensor product) {
        crossGram(x, x, product);
    }

    @Override
    public void crossGram(Tensor y, Tensor x, Tensor product) {
        device.enter();
        CudaTensor left = in(precision, y, "x", true);
        CudaTensor right = y == x ? left : in(precision, x, "keys", true);
        products.multiply(left, true, right, false, of(product), false);
    }

    @Override
    public DensePrediction densePrediction(Tensor logits, Divergence divergence) {
        device.enter();
        return divergence instanceof Divergence.TopTokens top && top.count() < logits.columns()
                ? topPrediction(logits, top)
                : fullPrediction(in(Precision.FLOAT32, logits, "x", true));
    }

    /** Chosen on the CPU: a prediction is made once and then compared with many candidates. */
    private SparsePrediction topPrediction(Tensor logits, Divergence.TopTokens divergence) {
        SparsePrediction prediction = SparsePrediction.allocate(this, logits.rows(), logits.columns(), divergence);
        SparseRows rows = new SparseRows();
        float[] z = new float[logits.columns()];
        for (int t = 0; t < logits.rows(); t++) {
            logits.readRow(t, z);
            rows.predict(prediction, t, z, z.length);
        }
        return prediction;
    }

    private FullPrediction fullPrediction(CudaTensor logits) {
        CudaTensor probabilities = (CudaTensor) allocate(logits.rows(), logits.columns());
        long sums = scratch.memory("numbers", 2L * Double.BYTES * logits.rows());
        stream.launch(
                kernels.get("predict_all"),
                Grid.of(logits.rows(), BLOCK),
                logits.address(),
                logits.stride(),
                probabilities.address(),
                probabilities.stride(),
                logits.columns(),
                sums);
        double[] read = scratch.read(sums, 2 * logits.rows());
        double[] mass = new double[logits.rows()];
        double[] negativeEntropy = new double[logits.rows()];
        for (int t = 0; t < mass.length; t++) {
            mass[t] = read[2 * t];
            negativeEntropy[t] = read[2 * t + 1];
        }
        return new FullPrediction(probabilities, mass, negativeEntropy);
    }

    @Override
    public void score(Tensor logits, int[] targets, DensePrediction dense, double[] kl, double[] nll) {
        device.enter();
        CudaTensor z = in(Precision.FLOAT32, logits, "x", true);
        long sums = scratch.memory("numbers", (long) NUMBERS * Double.BYTES * z.rows());
        if (dense instanceof SparsePrediction sparse) {
            scoreTop(z, targets, sparse, sums);
        } else {
            CudaTensor p = dense == null ? null : of(((FullPrediction) dense).probabilities());
            stream.launch(
                    kernels.get("score_all"),
                    Grid.of(z.rows(), BLOCK),
                    z.address(),
                    z.stride(),
                    scratch.numbers("targets", targets),
                    p == null ? 0L : p.address(),
                    p == null ? 0 : p.stride(),
                    z.columns(),
                    sums);
        }
        double[] numbers = scratch.read(sums, NUMBERS * z.rows());
        for (int t = 0; t < z.rows(); t++) {
            double whole = numbers[NUMBERS * t];
            nll[t] = whole - numbers[NUMBERS * t + 1];
            double products = numbers[NUMBERS * t + 2];
            if (dense instanceof FullPrediction full) {
                kl[t] = full.negativeEntropy()[t] - products + full.mass()[t] * whole;
            } else if (dense instanceof SparsePrediction sparse) {
                kl[t] = sparse.divergence(t, products, whole, numbers[NUMBERS * t + 3]);
            }
        }
    }

    private void scoreTop(CudaTensor z, int[] targets, SparsePrediction dense, long sums) {
        CudaTensor tokens = of(dense.tokens());
        CudaTensor kept = scratch.tensor("kept", z.rows(), dense.top(), Precision.FLOAT32);
        stream.launch(
                kernels.get("score_top"),
                Grid.of(z.rows(), BLOCK),
                z.address(),
                z.stride(),
                scratch.numbers("targets", targets),
                tokens.address(),
                of(dense.probabilities()).address(),
                tokens.stride(),
                dense.top(),
                dense.tail() == Divergence.Tail.BUCKET ? 1 : 0,
                z.columns(),
                kept.address(),
                sums);
    }

    /** The tensor itself where it has the precision, else scratch memory of its shape, with its contents where they are read. */
    private CudaTensor in(Precision asked, Tensor tensor, String name, boolean isRead) {
        CudaTensor given = of(tensor);
        if (given.precision() == asked) {
            return given;
        }
        CudaTensor converted = scratch.tensor(name, given.rows(), given.columns(), asked);
        if (isRead) {
            copyHere(given, converted);
        }
        return converted;
    }

    /** Where a kernel wrote to scratch memory in place of a tensor, the tensor gets it. */
    private void back(CudaTensor written, Tensor asked) {
        if (written != asked) {
            copyHere(written, of(asked));
        }
    }

    private static CudaTensor of(Tensor tensor) {
        return (CudaTensor) tensor;
    }

    @Override
    public void close() {
        device.enter();
        stream.synchronize();
        products.close();
        scratch.close();
        stream.close();
    }
}
