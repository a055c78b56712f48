package org.paretopress.kernels.ops;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * The CPU engine: tensors are ND4J arrays ({@link CpuMemory} tells when not), products go to the OpenBLAS that ND4J brings, with
 * explicit leading dimensions so that nothing is copied or transposed; what lies between is done row by row in Java.
 *
 * <p>BLAS runs on the calling thread alone: Spark's tasks are the parallelism.
 */
public final class Nd4jOps implements TensorOps {

    /** Elements that are copied to the heap together: few enough to stay in a core's own cache. */
    private static final int TOGETHER = 1 << 12;

    /** Rows of a packed weight that are dequantized together: a strip of them stays in the second-level cache. */
    private static final int STRIP_ROWS = 128;

    private final CpuMemory.Source memory;
    private final Map<Integer, Nd4jTensor> strips = new HashMap<>();
    private final Scratch first = new Scratch();
    private final Scratch second = new Scratch();
    private final Scratch third = new Scratch();
    private final float[] lanes = new float[RowMath.FIXED];
    private final SparseRows sparseRows = new SparseRows();
    private CausalAttention head;

    /** Heap memory that is used again. */
    private static final class Scratch {
        private float[] values = new float[0];

        float[] of(int count) {
            values = values.length < count ? new float[count] : values;
            return values;
        }
    }

    public Nd4jOps() {
        this(CpuMemory.ofThisJvm());
    }

    Nd4jOps(CpuMemory.Source memory) {
        this.memory = memory;
        CoreType.choose();
        allocate(1, 1).close();
        blas_set_num_threads(1);
    }

    /** The libraries behind this engine, for provenance. */
    public static String description() {
        return nd4j() + " with OpenBLAS" + version("org.bytedeco", "openblas");
    }

    static String nd4j() {
        return "ND4J" + version("org.nd4j", "nd4j-api");
    }

    /** Behind a space, where it can be read. */
    private static String version(String group, String artifact) {
        try {
            return " " + Loader.getVersion(group, artifact);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        return new Nd4jTensor(rows, columns, memory);
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        Pointer.memcpy(start(to), start(from), from.sizeInBytes());
    }

    /** What is done with the first rows of a tensor, which are some of a weight's. */
    private interface StripUser {
        void use(int firstOutput, int outputs, Tensor strip);
    }

    @Override
    public Weight keep(PackedRows weight) {
        return new HostWeight(weight);
    }

    @Override
    public void gather(Tensor table, int[] rows, Tensor y) {
        float[] values = first.of(table.columns());
        for (int t = 0; t < rows.length; t++) {
            table.readRow(rows[t], values);
            y.writeRow(t, values, 0);
        }
    }

    @Override
    public void linear(Tensor x, Weight weight, Tensor y, boolean accumulate) {
        inStrips(weight, (output, outputs, strip) -> linear(x, strip, outputs, y, output, accumulate));
    }

    /** A tensor goes as it is, a packed weight some dequantized rows at a time. */
    private void inStrips(Weight weight, StripUser user) {
        if (!(weight instanceof HostWeight packed)) {
            user.use(0, weight.rows(), (Tensor) weight);
            return;
        }
        int inputs = weight.columns();
        Nd4jTensor strip = strips.computeIfAbsent(inputs, columns -> new Nd4jTensor(STRIP_ROWS, columns, memory));
        float[] values = first.of(STRIP_ROWS * inputs);
        for (int output = 0; output < weight.rows(); output += STRIP_ROWS) {
            int rows = Math.min(STRIP_ROWS, weight.rows() - output);
            for (int row = 0; row < rows; row++) {
                packed.matrix().dequantize(output + row, values, row * inputs);
            }
            strip.writeRows(0, rows, values, 0);
            user.use(output, rows, strip);
        }
    }

    /** Columns {@code output … output + outputs − 1} of y, from the first rows of the weight. */
    private static void linear(Tensor x, Tensor weight, int outputs, Tensor y, int output, boolean accumulate) {
        int inputs = x.columns();
        cblas_sgemm(
                CblasRowMajor,
                CblasNoTrans,
                CblasTrans,
                x.rows(),
                outputs,
                inputs,
                1f,
                start(x),
                inputs,
                start(weight),
                inputs,
                accumulate ? 1f : 0f,
                output == 0 ? start(y) : start(y).getPointer(output),
                y.columns());
    }

    @Override
    public void linearBackward(Tensor y, Weight weight, Tensor x, boolean accumulate) {
        int inputs = weight.columns();
        inStrips(
                weight,
                (output, outputs, strip) -> cblas_sgemm(
                        CblasRowMajor,
                        CblasNoTrans,
                        CblasNoTrans,
                        y.rows(),
                        inputs,
                        outputs,
                        1f,
                        output == 0 ? start(y) : start(y).getPointer(output),
                        y.columns(),
                        start(strip),
                        inputs,
                        accumulate || output > 0 ? 1f : 0f,
                        start(x),
                        inputs));
    }

    @Override
    public void rmsNorm(Tensor x, float[] gain, double epsilon, Tensor y) {
        int columns = x.columns();
        int together = rowsTogether(columns);
        float[] values = first.of(together * columns);
        for (int t = 0; t < x.rows(); t += together) {
            int rows = Math.min(together, x.rows() - t);
            of(x).read(t, rows, values);
            for (int row = 0; row < rows * columns; row += columns) {
                double squares = RowMath.dot(values, row, values, row, columns, lanes);
                RowMath.scale(values, row, (float) (1 / Math.sqrt(squares / columns + epsilon)), gain, columns);
            }
            of(y).writeRows(t, rows, values, 0);
        }
    }

    @Override
    public void rotate(Tensor x, Rotary rotary, int sequenceLength) {
        int columns = x.columns();
        int half = rotary.headSize() / 2;
        int together = rowsTogether(columns);
        float[] values = first.of(together * columns);
        for (int t = 0; t < x.rows(); t += together) {
            int rows = Math.min(together, x.rows() - t);
            of(x).read(t, rows, values);
            for (int r = 0; r < rows; r++) {
                int angle = (t + r) % sequenceLength * half;
                for (int head = 0; head < columns; head += rotary.headSize()) {
                    RowMath.rotate(values, r * columns + head, half, rotary.cosines(), rotary.sines(), angle);
                }
            }
            of(x).writeRows(t, rows, values, 0);
        }
    }

    @Override
    public void attention(Tensor q, Tensor k, Tensor v, int headSize, int sequenceLength, Tensor y) {
        int keyColumns = k.columns();
        int sharing = q.columns() / keyColumns;
        if (head == null || !head.fits(sequenceLength, headSize)) {
            head = new CausalAttention(sequenceLength, headSize);
        }
        float scale = (float) (1 / Math.sqrt(headSize));
        float[] queries = first.of(head.queryElements(q.columns()));
        float[] keys = second.of(sequenceLength * keyColumns);
        float[] values = third.of(sequenceLength * keyColumns);
        for (int t = 0; t < q.rows(); t += sequenceLength) {
            of(q).read(t, sequenceLength, queries);
            RowMath.scale(queries, 0, scale, queries, 0, sequenceLength * q.columns());
            of(k).read(t, sequenceLength, keys);
            of(v).read(t, sequenceLength, values);
            for (int column = 0; column < keyColumns; column += headSize) {
                head.attendTo(keys, values, column, keyColumns);
                for (int i = 0; i < sharing; i++) {
                    head.run(queries, column * sharing + i * headSize, q.columns());
                }
            }
            of(y).writeRows(t, sequenceLength, queries, 0);
        }
    }

    @Override
    public void swiGlu(Tensor gate, Tensor up) {
        int columns = gate.columns();
        int together = rowsTogether(columns);
        float[] g = first.of(together * columns);
        float[] u = second.of(together * columns);
        for (int t = 0; t < gate.rows(); t += together) {
            int rows = Math.min(together, gate.rows() - t);
            of(gate).read(t, rows, g);
            of(up).read(t, rows, u);
            RowMath.swiGlu(g, u, rows * columns);
            of(gate).writeRows(t, rows, g, 0);
        }
    }

    @Override
    public void gram(Tensor x, Tensor product) {
        int columns = x.columns();
        cblas_ssyrk(
                CblasRowMajor,
                CblasUpper,
                CblasTrans,
                columns,
                x.rows(),
                1f,
                start(x),
                columns,
                0f,
                start(product),
                columns);
    }

    @Override
    public void crossGram(Tensor y, Tensor x, Tensor product) {
        int outputs = y.columns();
        int inputs = x.columns();
        cblas_sgemm(
                CblasRowMajor,
                CblasTrans,
                CblasNoTrans,
                outputs,
                inputs,
                x.rows(),
                1f,
                start(y),
                outputs,
                start(x),
                inputs,
                0f,
                start(product),
                inputs);
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
        int columns = logits.columns();
        float[] z = first.of(columns);
        float[] p = second.of(columns);
        for (int t = 0; t < logits.rows(); t++) {
            logits.readRow(t, z);
            float largest = RowMath.largest(z, 0, columns);
            double sum = RowMath.exponentials(z, largest, columns, p, lanes);
            RowMath.scale(p, 0, (float) (1 / sum), p, 0, columns);
            mass[t] = RowMath.sum(p, 0, columns, lanes);
            negativeEntropy[t] = RowMath.dot(p, 0, z, 0, columns, lanes) - mass[t] * (largest + StrictMath.log(sum));
            probabilities.writeRow(t, p, 0);
        }
        return new FullPrediction(probabilities, mass, negativeEntropy);
    }

    @Override
    public void score(Tensor logits, int[] targets, DensePrediction dense, double[] kl, double[] nll) {
        int columns = logits.columns();
        float[] z = first.of(columns);
        float[] p = second.of(columns);
        for (int t = 0; t < logits.rows(); t++) {
            logits.readRow(t, z);
            double logSum = RowMath.logSumExp(z, columns, p, lanes);
            nll[t] = logSum - z[targets[t]];
            if (dense instanceof FullPrediction full) {
                full.probabilities().readRow(t, p);
                kl[t] = full.divergence(t, RowMath.dot(p, 0, z, 0, columns, lanes), logSum);
            } else if (dense instanceof SparsePrediction sparse) {
                kl[t] = sparseRows.divergence(sparse, t, z, columns, logSum);
            }
        }
    }

    @Override
    public void close() {
        strips.values().forEach(Nd4jTensor::close); // other tensors are closed by those who allocated them
    }

    private static int rowsTogether(int columns) {
        return Math.max(1, TOGETHER / columns);
    }

    private static Nd4jTensor of(Tensor tensor) {
        return (Nd4jTensor) tensor;
    }

    private static FloatPointer start(Tensor tensor) {
        return of(tensor).start();
    }
}
