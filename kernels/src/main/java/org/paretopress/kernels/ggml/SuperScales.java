package org.paretopress.kernels.ggml;

import java.util.Arrays;

/** Scales of a super-block in the making: super-scales, the codes of its sub-blocks' scales and minima, and true errors. */
final class SuperScales {

    /** Neighbouring codes of scale and minimum. A wider step goes with a deeper minimum. */
    private static final int[][] NEIGHBOURS = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {-1, -1}};

    private final ScaleLayout layout;
    private final Stretch[] stretches;
    private final short scale;
    private final short minimumScale;
    private final double unit;
    private final double minimumUnit;
    private final int[] scaleCodes;
    private final int[] minimumCodes;
    private final double[] errors;

    SuperScales(ScaleLayout layout, Stretch[] stretches, short scale, short minimumScale) {
        this.layout = layout;
        this.stretches = stretches;
        this.scale = scale;
        this.minimumScale = minimumScale;
        this.unit = Half.toFloat(scale);
        this.minimumUnit = Half.toFloat(minimumScale);
        this.scaleCodes = new int[stretches.length];
        this.minimumCodes = new int[stretches.length];
        this.errors = new double[stretches.length];
        Arrays.fill(errors, Double.POSITIVE_INFINITY);
    }

    /** Rounds lines of every sub-block, each both ways, and keeps the best. */
    void round(Line[][] lines) {
        for (int j = 0; j < stretches.length; j++) {
            for (Line line : lines[j]) {
                int below = unit == 0 ? 0 : (int) Math.floor(clamped(line.step() / unit));
                tryLine(j, line, below);
                tryLine(j, line, below + 1);
            }
        }
    }

    private double clamped(double exact) {
        return Math.min(Math.max(exact, layout.lowestScale), layout.highestScale);
    }

    private void tryLine(int j, Line line, int scaleCode) {
        tryCodes(j, scaleCode, layout.minimumCode(line.minimumAt(unit * scaleCode), minimumUnit));
    }

    private boolean tryCodes(int j, int scaleCode, int minimumCode) {
        if (scaleCode < layout.lowestScale
                || scaleCode > layout.highestScale
                || minimumCode < 0
                || minimumCode > layout.highestMinimum) {
            return false;
        }
        double error = stretches[j].errorOf(unit * scaleCode, minimumUnit * minimumCode);
        if (!(error < errors[j])) {
            return false;
        }
        errors[j] = error;
        scaleCodes[j] = scaleCode;
        minimumCodes[j] = minimumCode;
        return true;
    }

    /** Moves the codes of each sub-block to a better neighbour, if there is one. */
    void descend() {
        for (int j = 0; j < stretches.length; j++) {
            int scaleCode = scaleCodes[j];
            int minimumCode = minimumCodes[j];
            for (int[] neighbour : NEIGHBOURS) {
                tryCodes(j, scaleCode + neighbour[0], minimumCode + neighbour[1]);
            }
        }
    }

    double error() {
        double sum = 0;
        for (double error : errors) {
            sum += error;
        }
        return sum;
    }

    /**
     * The same codes of scales and minima on the super-scales that suit them and the present codes of weights best; this
     * where those are beyond binary16.
     */
    SuperScales refitted() {
        double aa = 0;
        double ab = 0;
        double bb = 0;
        double aw = 0;
        double bw = 0;
        for (int j = 0; j < stretches.length; j++) {
            Stretch stretch = stretches[j];
            stretch.assign(unit * scaleCodes[j], minimumUnit * minimumCodes[j]);
            double s = scaleCodes[j];
            double m = minimumCodes[j];
            aa += s * s * stretch.hqq();
            ab += s * m * stretch.hq();
            bb += m * m * stretch.h;
            aw += s * stretch.hqw();
            bw += m * stretch.hw;
        }
        // Least squares of w = x · (s q) − y · m.
        double spread = aa * bb - ab * ab;
        double x;
        double y;
        if (spread > 1e-12 * aa * bb) {
            x = (aw * bb - ab * bw) / spread;
            y = (aw * ab - aa * bw) / spread;
        } else {
            x = aa > 0 ? (aw + minimumUnit * ab) / aa : unit;
            y = minimumUnit;
        }
        short nextScale = BlockFit.half(x);
        short nextMinimum = BlockFit.half(y);
        if (!BlockFit.isFinite(nextScale) || !BlockFit.isFinite(nextMinimum)) {
            return this;
        }
        SuperScales next = new SuperScales(layout, stretches, nextScale, nextMinimum);
        for (int j = 0; j < stretches.length; j++) {
            next.tryCodes(j, scaleCodes[j], minimumCodes[j]);
        }
        return next;
    }

    BlockScales toBlockScales() {
        return new BlockScales(scale, minimumScale, scaleCodes, minimumCodes);
    }
}
