package org.paretopress.kernels.ggml;

import java.util.List;

/**
 * Scales of a super-block. From the best lines of its sub-blocks it guesses pairs of super-scales by the quadratic form
 * of each line's error, then rounds the sub-blocks' scales on the best few pairs by the true error, and goes on with the
 * best: super-scales by least squares, sub-blocks by their neighbours, as long as the error falls.
 */
final class SuperFit {

    /** Lines of a sub-block that are rounded. */
    private static final int LINES = 2;
    /** Pairs of super-scales that are tried in earnest. */
    private static final int PAIRS = 3;
    /** Scales for which minima are tried. */
    private static final int STEPS = 4;

    private static final int TURNS = 3;
    /** Largest code that the largest scale gets, relative to the largest there is. */
    private static final double[] FRACTIONS = {
        1.06, 1.03, 1, 0.97, 0.94, 0.91, 0.88, 0.85, 0.82, 0.79, 0.76, 0.73, 0.7, 0.66
    };

    private final ScaleLayout layout;
    private final Stretch[] stretches;
    private final Line[][] lines;

    SuperFit(GgmlType type, Stretch[] stretches) {
        this.layout = type.scaleLayout();
        this.stretches = stretches;
        this.lines = new Line[stretches.length][];
        for (int j = 0; j < stretches.length; j++) {
            lines[j] = LineSearch.lines(type, stretches[j], LINES);
        }
    }

    /** @throws ArithmeticException where a super-scale is beyond binary16 */
    BlockScales scales() {
        SuperScales best = null;
        for (short[] pair : pairs()) {
            SuperScales rounded = new SuperScales(layout, stretches, pair[0], pair[1]);
            rounded.round(lines);
            if (best == null || rounded.error() < best.error()) {
                best = rounded;
            }
        }
        best.descend();
        for (int turn = 0; turn < TURNS; turn++) {
            SuperScales next = best.refitted();
            next.descend();
            if (!(next.error() < best.error())) {
                break;
            }
            best = next;
        }
        return best.toBlockScales();
    }

    private List<short[]> pairs() {
        Shortlist steps = new Shortlist(STEPS);
        double widest = 0;
        double deepest = 0;
        for (Line[] line : lines) {
            widest = Math.abs(line[0].step()) > Math.abs(widest) ? line[0].step() : widest;
            deepest = Math.max(line[0].minimum(), deepest);
        }
        for (double fraction : FRACTIONS) {
            offerStep(steps, widest / (fraction * layout.highestScale));
            if (layout.lowestScale < 0) {
                offerStep(steps, widest / (fraction * layout.lowestScale));
            }
        }
        if (steps.pairs().isEmpty()) {
            throw BlockFit.beyond(widest / layout.highestScale);
        }
        Shortlist pairs = new Shortlist(PAIRS);
        for (short[] step : steps.pairs()) {
            if (deepest == 0) {
                pairs.offer(step[0], (short) 0, guess(Half.toFloat(step[0]), 0));
                continue;
            }
            for (double fraction : FRACTIONS) {
                short minimum = BlockFit.half(deepest / (fraction * layout.highestMinimum));
                if (BlockFit.isFinite(minimum)) {
                    pairs.offer(step[0], minimum, guess(Half.toFloat(step[0]), Half.toFloat(minimum)));
                }
            }
        }
        if (pairs.pairs().isEmpty()) {
            throw BlockFit.beyond(deepest / layout.highestMinimum);
        }
        return pairs.pairs();
    }

    private void offerStep(Shortlist steps, double exact) {
        short scale = BlockFit.half(exact);
        if (!BlockFit.isFinite(scale)) {
            return;
        }
        double unit = Half.toFloat(scale);
        double error = 0;
        for (int j = 0; j < stretches.length; j++) {
            Line line = lines[j][0];
            double step = unit * layout.scaleCode(line.step(), unit);
            error += line.errorAt(step, line.minimumAt(step), stretches[j].h);
        }
        steps.offer(scale, (short) 0, error);
    }

    /** The error as the lines' quadratic forms have it. */
    private double guess(double unit, double minimumUnit) {
        double error = 0;
        for (int j = 0; j < stretches.length; j++) {
            Line line = lines[j][0];
            int nearest = layout.scaleCode(line.step(), unit);
            double least = Double.POSITIVE_INFINITY;
            for (int code = nearest - 1; code <= nearest + 1; code++) {
                if (code >= layout.lowestScale && code <= layout.highestScale) {
                    double step = unit * code;
                    double minimum = minimumUnit * layout.minimumCode(line.minimumAt(step), minimumUnit);
                    least = Math.min(least, line.errorAt(step, minimum, stretches[j].h));
                }
            }
            error += least;
        }
        return error;
    }
}
