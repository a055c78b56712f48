package org.paretopress.kernels.cuda;

import static org.paretopress.kernels.cuda.Workbench.of;

import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.FullPrediction;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.SparsePrediction;
import org.paretopress.kernels.ops.Tensor;

/** Predictions and losses on a GPU: the sums over a vocabulary there, what is made of them here. */
record CudaLosses(Workbench bench) {

    /** Numbers that scoring returns for a row, as {@code NUMBERS} in {@code kernels.cu}. */
    static final int NUMBERS = 4;

    FullPrediction predict(Tensor logits) {
        CudaTensor z = bench.wide(logits, "x");
        CudaTensor probabilities = CudaTensor.allocate(bench.device(), z.rows(), z.columns(), Precision.FLOAT32);
        long sums = bench.scratch().memory("numbers", 2L * Double.BYTES * z.rows());
        bench.eachRow(
                "predict_all",
                z.rows(),
                z.address(),
                z.stride(),
                probabilities.address(),
                probabilities.stride(),
                z.columns(),
                sums);
        double[] read = bench.scratch().read(sums, 2 * z.rows());
        double[] mass = new double[z.rows()];
        double[] negativeEntropy = new double[z.rows()];
        for (int t = 0; t < mass.length; t++) {
            mass[t] = read[2 * t];
            negativeEntropy[t] = read[2 * t + 1];
        }
        return new FullPrediction(probabilities, mass, negativeEntropy);
    }

    void score(Tensor logits, int[] targets, DensePrediction dense, double[] kl, double[] nll) {
        CudaTensor z = bench.wide(logits, "x");
        long sums = bench.scratch().memory("numbers", (long) NUMBERS * Double.BYTES * z.rows());
        if (dense instanceof SparsePrediction sparse) {
            scoreTop(z, targets, sparse, sums);
        } else {
            scoreAll(z, targets, dense == null ? null : of(((FullPrediction) dense).probabilities()), sums);
        }
        double[] numbers = bench.scratch().read(sums, NUMBERS * z.rows());
        for (int t = 0; t < z.rows(); t++) {
            double whole = numbers[NUMBERS * t];
            double products = numbers[NUMBERS * t + 2];
            nll[t] = whole - numbers[NUMBERS * t + 1];
            if (dense instanceof FullPrediction full) {
                kl[t] = full.divergence(t, products, whole);
            } else if (dense instanceof SparsePrediction sparse) {
                kl[t] = sparse.divergence(t, products, whole, numbers[NUMBERS * t + 3]);
            }
        }
    }

    /** @param probabilities of the dense model, or null */
    private void scoreAll(CudaTensor z, int[] targets, CudaTensor probabilities, long sums) {
        bench.eachRow(
                "score_all",
                z.rows(),
                z.address(),
                z.stride(),
                bench.scratch().numbers("targets", targets),
                probabilities == null ? 0L : probabilities.address(),
                probabilities == null ? 0 : probabilities.stride(),
                z.columns(),
                sums);
    }

    private void scoreTop(CudaTensor z, int[] targets, SparsePrediction dense, long sums) {
        CudaTensor tokens = of(dense.tokens());
        bench.eachRow(
                "score_top",
                z.rows(),
                z.address(),
                z.stride(),
                bench.scratch().numbers("targets", targets),
                tokens.address(),
                of(dense.probabilities()).address(),
                tokens.stride(),
                dense.top(),
                dense.tail() == Divergence.Tail.BUCKET ? 1 : 0,
                z.columns(),
                bench.scratch()
                        .tensor("kept", z.rows(), dense.top(), Precision.FLOAT32)
                        .address(),
                sums);
    }
}
