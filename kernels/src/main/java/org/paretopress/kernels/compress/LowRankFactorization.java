package org.paretopress.kernels.compress;

import java.util.Arrays;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * Low-rank factors of one layer by four measures of error, W ≈ B · A: the best factors at every rank from one
 * decomposition, as the best of a rank are a prefix of those of any higher one. All in double, on the calling thread and
 * one thread of OpenBLAS; the same input gives the same bits. B and A are equally long in every component, and signs are
 * fixed: the largest weight of a column of B is positive.
 *
 * <p>For m outputs, n inputs and k = min(m, n): O(m n k) operations, n² k more with statistics; O(m n + k²) doubles of
 * memory beside the input, most of them native while it runs, and k (m + n) for the result.
 *
 * <p>All methods throw {@link IllegalStateException}, naming the layer, where LAPACK does not converge.
 */
public final class LowRankFactorization {

    /** Row weights are raised to at least this share of their mean, since rows are divided by their roots. */
    static final double SMALLEST_SHARE = 1e-6;

    private LowRankFactorization() {}

    /**
     * Singular value decomposition of the weights: minimises ‖W − B A‖² (Eckart and Young, Psychometrika 1936). The
     * errors are sums of discarded squared singular values.
     */
    public static LowRankFactors plain(WeightMatrix weights) {
        double[] scales = new double[weights.rows()];
        Arrays.fill(scales, 1);
        return LowRankDecomposition.rowScaled(LayerRows.of(weights), scales);
    }

    /**
     * Fisher-weighted SVD (Hsu et al., "Language model compression with weighted low-rank factorization", ICLR 2022):
     * minimises ‖D (W − B A)‖², D² the diagonal matrix of the row weights, by the singular value decomposition of D W.
     *
     * <p>Row weights are divided by their mean, and raised to 1e-6 where they are smaller: a row without weight is still
     * approximated as well as the rows of A allow. Only their proportions matter; where all are 0, all count as 1. The
     * errors are in units of the mean row weight.
     *
     * @param rowWeights one an output, finite and not negative; row sums of the Fisher information
     * @throws IllegalArgumentException where there are more or fewer weights than rows, or one cannot be
     */
    public static LowRankFactors rowWeighted(WeightMatrix weights, double[] rowWeights) {
        return LowRankDecomposition.rowScaled(LayerRows.of(weights), scales(weights, rowWeights));
    }

    /**
     * Minimises the layer's output error tr((W − B A) H (W − B A)ᵀ), H the mean of x xᵀ: B are the leading eigenvectors
     * U of W H Wᵀ, A = Uᵀ W (Yu and Wu, "Compressing transformers: features are low-rank, but weights are not!", AAAI
     * 2023; here about the origin, not about the mean, as layers have no bias). The errors are sums of discarded
     * eigenvalues, in units of {@link org.paretopress.kernels.levels.LevelErrors#outputError()}.
     *
     * <p>H may be singular. Between components that have no effect on the calibration text, as those of dead inputs,
     * ‖W − B A‖² decides, with a weight of 1e-10 of H's mean diagonal; at full rank B A is W all the same.
     *
     * @throws IllegalArgumentException where the statistics are of another width
     */
    public static LowRankFactors outputAware(WeightMatrix weights, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        return LowRankDecomposition.outputAware(LayerRows.of(weights), statistics);
    }

    /**
     * Compensation of a level's error, EoRA (Liu et al., "EoRA: training-free compensation for compressed LLM with
     * eigenspace low-rank approximation", arXiv:2410.21271): minimises tr((W − Q − B A) H (W − Q − B A)ᵀ). The paper takes the
     * singular value decomposition of (W − Q) V Λ^½, with H = V Λ Vᵀ, and turns it back by Λ^−½ Vᵀ; this is the same
     * minimiser without the inverse. Errors and singular H as in {@link #outputAware}.
     *
     * @param level Q, of the same shape as the layer
     * @throws IllegalArgumentException where the level or the statistics are of another shape
     */
    public static LowRankFactors compensation(
            WeightMatrix weights, PackedMatrix level, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        return LowRankDecomposition.outputAware(LayerRows.residual(weights, level), statistics);
    }

    /** Roots of the row weights, as shares of their mean and not too small to divide by. */
    private static double[] scales(WeightMatrix weights, double[] rowWeights) {
        double largest = requireRowWeights(weights, rowWeights);
        double sum = 0;
        for (double weight : rowWeights) {
            sum += weight / largest;
        }
        double[] scales = new double[rowWeights.length];
        for (int row = 0; row < scales.length; row++) {
            double share = rowWeights[row] / largest / (sum / scales.length);
            scales[row] = largest == 0 ? 1 : Math.sqrt(Math.max(SMALLEST_SHARE, share));
        }
        return scales;
    }

    /** Returns the largest. */
    private static double requireRowWeights(WeightMatrix weights, double[] rowWeights) {
        if (rowWeights.length != weights.rows()) {
            throw new IllegalArgumentException("Layer " + weights.layer() + " has " + weights.rows() + " rows, but "
                    + rowWeights.length + " row weights.\nMaybe they belong to another layer.");
        }
        double largest = 0;
        for (int row = 0; row < rowWeights.length; row++) {
            if (!(rowWeights[row] >= 0 && rowWeights[row] <= Double.MAX_VALUE)) {
                throw new IllegalArgumentException("Layer " + weights.layer() + ": the weight of row " + row + " is "
                        + rowWeights[row] + ", not a finite number from 0.\nMaybe gradients overflowed.");
            }
            largest = Math.max(largest, rowWeights[row]);
        }
        return largest;
    }
}
