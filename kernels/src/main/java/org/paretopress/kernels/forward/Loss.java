package org.paretopress.kernels.forward;

/**
 * Summed losses over predicted tokens; sums in double, added in a fixed order by whoever adds them.
 *
 * @param kl Σ KL(dense ‖ candidate) in nats; 0 where no dense prediction was given
 * @param nll Σ negative log-likelihood in nats
 * @param predictions number of predicted tokens summed over
 */
public record Loss(double kl, double nll, long predictions) {

    public static final Loss NONE = new Loss(0, 0, 0);

    public Loss plus(Loss other) {
        return new Loss(kl + other.kl, nll + other.nll, predictions + other.predictions);
    }

    public double meanKl() {
        return kl / predictions;
    }

    public double meanNll() {
        return nll / predictions;
    }

    public double perplexity() {
        return Math.exp(meanNll());
    }
}
