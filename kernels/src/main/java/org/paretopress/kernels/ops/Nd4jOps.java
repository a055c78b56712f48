package org.paretopress.kernels.ops;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import java.io.IOException;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;

/**
 * The CPU engine: tensors are ND4J arrays, products go to the OpenBLAS that ND4J brings, with explicit leading dimensions
 * so that nothing is copied or transposed; what lies between is done row by row in Java.
 *
 * <p>BLAS runs on the calling thread alone: Spark's tasks are the parallelism.
 */
public final class Nd4jOps implements TensorOps {

    private float[] row = new float[0];
    private float[] other = new float[0];
    private final float[] lanes = new float[8];
    private Nd4jTensor scores;

    public Nd4jOps() {
        new Nd4jTensor(1, 1).close();
        blas_set_num_threads(1);
    }

    /** The libraries behind this engine, for provenance. */
    public static String description() {
        try {
            return "ND4J " + Loader.getVersion("org.nd4j", "nd4j-api") + " with OpenBLAS "
                    + Loader.getVersion("org.bytedeco", "openblas");
        } catch (IOException e) {
            return "ND4J with OpenBLAS";
        }
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        return new Nd4jTensor(rows, columns);
    }

    @Override
    public void linear(Tensor x, Tensor weight, Tensor y, boolean accumulate) {
        int inputs = x.columns();
        int outputs = weight.rows();
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
                start(y),
                outputs);
    }

    @Override
    public void rmsNorm(Tensor x, float[] gain, double epsilon, Tensor y) {
        int columns = x.columns();
        float[] values = row(columns);
        for (int t = 0; t < x.rows(); t++) {
            x.readRow(t, values);
            double squares = 0;
            for (int i = 0; i < columns; i++) {
                squares += (double) values[i] * values[i];
            }
            float scale = (float) (1 / Math.sqrt(squares / columns + epsilon));
            for (int i = 0; i < columns; i++) {
                values[i] = values[i] * scale * gain[i];
            }
            y.writeRow(t, values, 0);
        }
    }

    @Override
    public void rotate(Tensor x, Rotary rotary, int sequenceLength) {
        int half = rotary.headSize() / 2;
        float[] values = row(x.columns());
        for (int t = 0; t < x.rows(); t++) {
            x.readRow(t, values);
            int angle = t % sequenceLength * half;
            for (int head = 0; head < x.columns(); head += rotary.headSize()) {
                for (int i = 0; i < half; i++) {
                    float cosine = rotary.cosines()[angle + i];
                    float sine = rotary.sines()[angle + i];
                    float a = values[head + i];
                    float b = values[head + half + i];
                    values[head + i] = a * cosine - b * sine;
                    values[head + half + i] = b * cosine + a * sine;
                }
            }
            x.writeRow(t, values, 0);
        }
    }

    @Override
    public void attention(Tensor q, Tensor k, Tensor v, int headSize, int sequenceLength, Tensor y) {
        int heads = q.columns() / headSize;
        int sharing = heads / (k.columns() / headSize);
        for (int first = 0; first < q.rows(); first += sequenceLength) {
            for (int head = 0; head < heads; head++) {
                long own = (long) first * q.columns() + head * headSize;
                long shared = (long) first * k.columns() + head / sharing * headSize;
                attendHead(
                        at(q, own),
                        q.columns(),
                        at(k, shared),
                        at(v, shared),
                        k.columns(),
                        headSize,
                        sequenceLength,
                        at(y, own));
            }
        }
    }

    /** One head of one sequence: scores, softmax below the diagonal, weighted values. */
    private void attendHead(
            FloatPointer q,
            int queryStride,
            FloatPointer k,
            FloatPointer v,
            int keyStride,
            int headSize,
            int length,
            FloatPointer y) {
        Nd4jTensor s = scores(length);
        float scale = (float) (1 / Math.sqrt(headSize));
        cblas_sgemm(
                CblasRowMajor,
                CblasNoTrans,
                CblasTrans,
                length,
                length,
                headSize,
                scale,
                q,
                queryStride,
                k,
                keyStride,
                0f,
                s.at(0),
                length);
        float[] values = row(length);
        for (int t = 0; t < length; t++) {
            s.read(t, 0, t + 1, values);
            softmax(values, t + 1);
            Arrays.fill(values, t + 1, length, 0f);
            s.writeRow(t, values, 0);
        }
        cblas_sgemm(
                CblasRowMajor,
                CblasNoTrans,
                CblasNoTrans,
                length,
                headSize,
                length,
                1f,
                s.at(0),
                length,
                v,
                keyStride,
                0f,
                y,
                queryStride);
    }

    @Override
    public void swiGlu(Tensor gate, Tensor up) {
        int columns = gate.columns();
        float[] g = row(columns);
        float[] u = other(columns);
        for (int t = 0; t < gate.rows(); t++) {
            gate.readRow(t, g);
            up.readRow(t, u);
            RowMath.swiGlu(g, u, columns);
            gate.writeRow(t, g, 0);
        }
    }

    @Override
    public void gram(Tensor x, Tensor product) {
        int columns = x.columns();
        cblas_sgemm(
                CblasRowMajor,
                CblasTrans,
                CblasNoTrans,
                columns,
                columns,
                x.rows(),
                1f,
                start(x),
                columns,
                start(x),
                columns,
                0f,
                start(product),
                columns);
    }

    @Override
    public DensePrediction densePrediction(Tensor logits) {
        Tensor probabilities = allocate(logits.rows(), logits.columns());
        double[] mass = new double[logits.rows()];
        double[] negativeEntropy = new double[logits.rows()];
        int columns = logits.columns();
        float[] z = row(columns);
        float[] p = other(columns);
        for (int t = 0; t < logits.rows(); t++) {
            logits.readRow(t, z);
            double logSum = logSumExp(z, columns, p);
            for (int i = 0; i < columns; i++) {
                double logP = z[i] - logSum;
                p[i] = (float) StrictMath.exp(logP);
                mass[t] += p[i];
                negativeEntropy[t] += p[i] * logP;
            }
            probabilities.writeRow(t, p, 0);
        }
        return new DensePrediction(probabilities, mass, negativeEntropy);
    }

    @Override
    public void score(Tensor logits, int[] targets, DensePrediction dense, double[] kl, double[] nll) {
        int columns = logits.columns();
        float[] z = row(columns);
        float[] p = other(columns);
        for (int t = 0; t < logits.rows(); t++) {
            logits.readRow(t, z);
            double logSum = logSumExp(z, columns, p);
            nll[t] = logSum - z[targets[t]];
            if (dense != null) {
                dense.probabilities().readRow(t, p);
                kl[t] = dense.negativeEntropy()[t] - RowMath.dot(p, z, columns, lanes) + dense.mass()[t] * logSum;
            }
        }
    }

    @Override
    public void close() {
        if (scores != null) {
            scores.close();
        }
    }

    private void softmax(float[] values, int count) {
        double sum = RowMath.exponentials(values, RowMath.largest(values, count), count, values, lanes);
        RowMath.scale(values, (float) (1 / sum), count);
    }

    /** @param scratch is overwritten */
    private double logSumExp(float[] values, int count, float[] scratch) {
        float largest = RowMath.largest(values, count);
        return largest + StrictMath.log(RowMath.exponentials(values, largest, count, scratch, lanes));
    }

    private float[] row(int columns) {
        row = row.length < columns ? new float[columns] : row;
        return row;
    }

    private float[] other(int columns) {
        other = other.length < columns ? new float[columns] : other;
        return other;
    }

    private Nd4jTensor scores(int length) {
        if (scores == null || scores.rows() != length) {
            close();
            scores = new Nd4jTensor(length, length);
        }
        return scores;
    }

    private static FloatPointer start(Tensor tensor) {
        return at(tensor, 0);
    }

    private static FloatPointer at(Tensor tensor, long index) {
        return ((Nd4jTensor) tensor).at(index);
    }
}
