package org.paretopress.kernels.ops;

import java.util.Arrays;

/** The oracle: every primitive as its formula reads, in double precision, with no thought of speed. */
public final class ReferenceOps implements TensorOps {

    record Plain(int rows, int columns, double[] values, int start) implements Tensor {

        double at(int row, int column) {
            return values[start + row * columns + column];
        }

        void set(int row, int column, double value) {
            values[start + row * columns + column] = value;
        }

        @Override
        public Plain slice(int firstRow, int count) {
            return new Plain(count, columns, values, start + firstRow * columns);
        }

        @Override
        public void writeRows(int firstRow, int count, float[] source, int offset) {
            for (int i = 0; i < count * columns; i++) {
                values[start + firstRow * columns + i] = source[offset + i];
            }
        }

        @Override
        public void readRow(int row, float[] target) {
            for (int i = 0; i < columns; i++) {
                target[i] = (float) at(row, i);
            }
        }

        @Override
        public void close() {}
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        return new Plain(rows, columns, new double[Math.multiplyExact(rows, columns)], 0);
    }

    @Override
    public void copy(Tensor from, Tensor to) {
        for (int row = 0; row < from.rows(); row++) {
            for (int i = 0; i < from.columns(); i++) {
                ((Plain) to).set(row, i, ((Plain) from).at(row, i));
            }
        }
    }

    @Override
    public Weight keep(PackedRows weight) {
        Tensor whole = allocate(weight.rows(), weight.columns());
        float[] row = new float[weight.columns()];
        for (int o = 0; o < weight.rows(); o++) {
            weight.dequantize(o, row, 0);
            whole.writeRow(o, row, 0);
        }
        return whole;
    }

    @Override
    public void gather(Tensor table, int[] rows, Tensor y) {
        for (int t = 0; t < rows.length; t++) {
            copy(table.slice(rows[t], 1), y.slice(t, 1));
        }
    }

    @Override
    public void linear(Tensor x, Weight weight, Tensor y, boolean accumulate) {
        Plain input = (Plain) x;
        Plain w = (Plain) weight;
        Plain output = (Plain) y;
        for (int t = 0; t < input.rows(); t++) {
            for (int o = 0; o < w.rows(); o++) {
                double sum = accumulate ? output.at(t, o) : 0;
                for (int i = 0; i < w.columns(); i++) {
                    sum += input.at(t, i) * w.at(o, i);
                }
                output.set(t, o, sum);
            }
        }
    }

    @Override
    public void linearBackward(Tensor y, Weight weight, Tensor x, boolean accumulate) {
        Plain output = (Plain) y;
        Plain w = (Plain) weight;
        Plain input = (Plain) x;
        for (int t = 0; t < input.rows(); t++) {
            for (int i = 0; i < w.columns(); i++) {
                double sum = accumulate ? input.at(t, i) : 0;
                for (int o = 0; o < w.rows(); o++) {
                    sum += output.at(t, o) * w.at(o, i);
                }
                input.set(t, i, sum);
            }
        }
    }

    @Override
    public void rmsNorm(Tensor x, float[] gain, double epsilon, Tensor y) {
        Plain input = (Plain) x;
        for (int t = 0; t < input.rows(); t++) {
            double squares = 0;
            for (int i = 0; i < input.columns(); i++) {
                squares += input.at(t, i) * input.at(t, i);
            }
            double rms = Math.sqrt(squares / input.columns() + epsilon);
            for (int i = 0; i < input.columns(); i++) {
                ((Plain) y).set(t, i, input.at(t, i) / rms * gain[i]);
            }
        }
    }

    @Override
    public void rotate(Tensor x, Rotary rotary, int sequenceLength) {
        Plain values = (Plain) x;
        int half = rotary.headSize() / 2;
        for (int t = 0; t < values.rows(); t++) {
            for (int head = 0; head < values.columns(); head += rotary.headSize()) {
                for (int i = 0; i < half; i++) {
                    double cosine = rotary.cosines()[t % sequenceLength * half + i];
                    double sine = rotary.sines()[t % sequenceLength * half + i];
                    double a = values.at(t, head + i);
                    double b = values.at(t, head + half + i);
                    values.set(t, head + i, a * cosine - b * sine);
                    values.set(t, head + half + i, b * cosine + a * sine);
                }
            }
        }
    }

    @Override
    public void attention(Tensor q, Tensor k, Tensor v, int headSize, int sequenceLength, Tensor y) {
        int heads = q.columns() / headSize;
        int sharing = heads / (k.columns() / headSize);
        for (int t = 0; t < q.rows(); t++) {
            int start = t - t % sequenceLength;
            for (int head = 0; head < heads; head++) {
                int own = head * headSize;
                int shared = head / sharing * headSize;
                double[] weights = new double[t - start + 1];
                for (int s = start; s <= t; s++) {
                    for (int i = 0; i < headSize; i++) {
                        weights[s - start] += ((Plain) q).at(t, own + i) * ((Plain) k).at(s, shared + i);
                    }
                    weights[s - start] /= Math.sqrt(headSize);
                }
                double logSum = logSumExp(weights);
                for (int i = 0; i < headSize; i++) {
                    double sum = 0;
                    for (int s = start; s <= t; s++) {
                        sum += Math.exp(weights[s - start] - logSum) * ((Plain) v).at(s, shared + i);
                    }
                    ((Plain) y).set(t, own + i, sum);
                }
            }
        }
    }

    @Override
    public void swiGlu(Tensor gate, Tensor up) {
        Plain g = (Plain) gate;
        for (int i = 0; i < g.values().length; i++) {
            g.values()[i] *= ((Plain) up).values()[i] / (1 + Math.exp(-g.values()[i]));
        }
    }

    @Override
    public void gram(Tensor x, Tensor product) {
        crossGram(x, x, product);
    }

    @Override
    public void crossGram(Tensor y, Tensor x, Tensor product) {
        Plain output = (Plain) y;
        Plain input = (Plain) x;
        for (int o = 0; o < output.columns(); o++) {
            for (int i = 0; i < input.columns(); i++) {
                double sum = 0;
                for (int t = 0; t < input.rows(); t++) {
                    sum += output.at(t, o) * input.at(t, i);
                }
                ((Plain) product).set(o, i, sum);
            }
        }
    }

    @Override
    public DensePrediction densePrediction(Tensor logits, Divergence divergence) {
        return divergence instanceof Divergence.TopTokens top && top.isShortOf(logits.columns())
                ? sparsePrediction(logits, top)
                : fullPrediction(logits);
    }

    private SparsePrediction sparsePrediction(Tensor logits, Divergence.TopTokens divergence) {
        SparsePrediction prediction = SparsePrediction.allocate(this, logits.rows(), logits.columns(), divergence);
        for (int t = 0; t < logits.rows(); t++) {
            ReferenceSparse.predict(prediction, t, row(logits, t));
        }
        return prediction;
    }

    private FullPrediction fullPrediction(Tensor logits) {
        Plain probabilities = (Plain) allocate(logits.rows(), logits.columns());
        double[] mass = new double[logits.rows()];
        double[] negativeEntropy = new double[logits.rows()];
        for (int t = 0; t < logits.rows(); t++) {
            double[] row = row(logits, t);
            double logSum = logSumExp(row);
            for (int i = 0; i < row.length; i++) {
                double p = Math.exp(row[i] - logSum);
                probabilities.set(t, i, p);
                mass[t] += p;
                negativeEntropy[t] += p == 0 ? 0 : p * Math.log(p);
            }
        }
        return new FullPrediction(probabilities, mass, negativeEntropy);
    }

    @Override
    public void score(Tensor logits, int[] targets, DensePrediction dense, double[] kl, double[] nll) {
        for (int t = 0; t < logits.rows(); t++) {
            double[] row = row(logits, t);
            double logSum = logSumExp(row);
            nll[t] = logSum - row[targets[t]];
            if (dense instanceof FullPrediction full) {
                double sum = 0;
                for (int i = 0; i < row.length; i++) {
                    double p = ((Plain) full.probabilities()).at(t, i);
                    sum += p == 0 ? 0 : p * (Math.log(p) - (row[i] - logSum));
                }
                kl[t] = sum;
            } else if (dense instanceof SparsePrediction sparse) {
                kl[t] = ReferenceSparse.divergence(sparse, t, row);
            }
        }
    }

    @Override
    public void close() {}

    private static double[] row(Tensor tensor, int row) {
        Plain plain = (Plain) tensor;
        int start = plain.start() + row * plain.columns();
        return Arrays.copyOfRange(plain.values(), start, start + plain.columns());
    }

    static double logSumExp(double[] values) {
        double largest = Arrays.stream(values).max().orElseThrow();
        return largest
                + Math.log(Arrays.stream(values).map(v -> Math.exp(v - largest)).sum());
    }
}
