package org.paretopress.kernels.ggml;

/** Scale, and minimum, of a block of one stretch: the best lines are rounded to halves, up and down, and compared. */
final class SingleFit {

    /** Lines that are rounded. */
    private static final int LINES = 4;
    /** Halves that are tried on either side of the nearest. */
    private static final int NEIGHBOURS = 1;

    private final ScaleLayout layout;
    private final Stretch stretch;
    private double least = Double.POSITIVE_INFINITY;
    private short scale;
    private short minimum;

    private SingleFit(GgmlType type, Stretch stretch) {
        this.layout = type.scaleLayout();
        this.stretch = stretch;
    }

    /** @throws ArithmeticException where the scale or the minimum is beyond binary16 */
    static BlockScales scales(GgmlType type, Stretch stretch) {
        SingleFit fit = new SingleFit(type, stretch);
        Line[] lines = LineSearch.lines(type, stretch, LINES);
        for (Line line : lines) {
            short nearest = Half.ofDouble(line.step());
            if (!BlockFit.isFinite(nearest)) {
                continue;
            }
            for (int bits = nearest - NEIGHBOURS; bits <= nearest + NEIGHBOURS; bits++) {
                fit.offer((short) bits, line);
            }
        }
        if (fit.least == Double.POSITIVE_INFINITY) {
            Line line = lines[0];
            throw BlockFit.beyond(BlockFit.isFinite(Half.ofDouble(line.step())) ? line.minimum() : line.step());
        }
        return new BlockScales(fit.scale, fit.minimum, new int[] {1}, new int[] {fit.layout.highestMinimum});
    }

    private void offer(short scaleBits, Line line) {
        // Beside zero there are numbers only on one side; beside the largest lies infinity.
        if (!BlockFit.isFinite(scaleBits)) {
            return;
        }
        double step = Half.toFloat(scaleBits);
        if (layout.highestMinimum == 0) {
            compare(scaleBits, (short) 0, stretch.errorOf(step, 0));
            return;
        }
        stretch.assign(step, line.minimum());
        double refitted = (step * stretch.hq() - stretch.hw) / stretch.h;
        short minimumBits = Half.ofDouble(-refitted);
        if (BlockFit.isFinite(minimumBits)) {
            compare(scaleBits, minimumBits, stretch.errorOf(step, -Half.toFloat(minimumBits)));
        }
    }

    private void compare(short scaleBits, short minimumBits, double error) {
        if (error < least) {
            least = error;
            scale = scaleBits;
            minimum = minimumBits;
        }
    }
}
