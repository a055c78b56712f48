package org.paretopress.kernels.ggml;

/**
 * Weights that share a step and a minimum, and the weighted sums by which a grid {@code step * q - minimum} is judged
 * and improved. Assigning codes leaves their sums here until the next assignment.
 */
final class Stretch {

    /** Added and taken away again, it rounds a double of moderate size to the nearest whole number. */
    private static final double ROUND = 0x1.8p52;

    private final double[] weights;
    private final double[] importance;
    private final int from;
    private final int to;
    private final int lowest;
    private final int highest;
    /** Smallest and largest weight. */
    final double min;

    final double max;
    /** Σh, Σhw and Σhw² over weights w of importance h. */
    final double h;

    final double hw;
    final double hww;
    /** Σhq, Σhq² and Σhqw over the codes q assigned last. */
    private double hq;

    private double hqq;
    private double hqw;

    /**
     * @param weights kept, the stretch is {@code weights[from .. to)}
     * @param importance positive, indexed as the weights
     * @param lowest smallest q
     * @param highest largest q
     */
    Stretch(double[] weights, double[] importance, int from, int to, int lowest, int highest) {
        this.weights = weights;
        this.importance = importance;
        this.from = from;
        this.to = to;
        this.lowest = lowest;
        this.highest = highest;
        double least = weights[from];
        double most = least;
        double sum = 0;
        double first = 0;
        double second = 0;
        for (int i = from; i < to; i++) {
            double weight = weights[i];
            double share = importance[i] * weight;
            least = Math.min(least, weight);
            most = Math.max(most, weight);
            sum += importance[i];
            first += share;
            second += share * weight;
        }
        this.min = least;
        this.max = most;
        this.h = sum;
        this.hw = first;
        this.hww = second;
    }

    /** Gives each weight the nearest code. */
    void assign(double step, double minimum) {
        double inverse = step == 0 ? 0 : 1 / step;
        double shift = minimum * inverse;
        double low = lowest;
        double high = highest;
        double q1 = 0;
        double q2 = 0;
        double qw = 0;
        for (int i = from; i < to; i++) {
            double exact = weights[i] * inverse + shift;
            double inside = exact < low ? low : exact > high ? high : exact;
            double q = (inside + ROUND) - ROUND;
            double share = importance[i] * q;
            q1 += share;
            q2 += share * q;
            qw += share * weights[i];
        }
        hq = q1;
        hqq = q2;
        hqw = qw;
    }

    /** Σ h · (w − step · q + minimum)² with the codes assigned last. */
    double error(double step, double minimum) {
        double exact = hww - step * (2 * hqw - step * hqq) + minimum * (2 * (hw - step * hq) + minimum * h);
        return Math.max(exact, 0);
    }

    /** The error of a grid, each weight taking the nearest code. */
    double errorOf(double step, double minimum) {
        assign(step, minimum);
        return error(step, minimum);
    }

    /** The line of least error with the codes assigned last and no minimum; step 0 where all codes are 0. */
    Line throughZero() {
        double step = hqq > 0 ? hqw / hqq : 0;
        return new Line(step, 0, error(step, 0), hq / h, hqq);
    }

    /** The line of least error with the codes assigned last. */
    Line withMinimum() {
        double spread = hqq * h - hq * hq;
        // Equal codes leave the step open; a rounding error of the difference is no spread.
        double step = spread > 1e-12 * hqq * h ? (hqw * h - hq * hw) / spread : 0;
        double minimum = (step * hq - hw) / h;
        return new Line(step, minimum, error(step, minimum), hq / h, hqq);
    }

    double hq() {
        return hq;
    }

    double hqq() {
        return hqq;
    }

    double hqw() {
        return hqw;
    }
}
