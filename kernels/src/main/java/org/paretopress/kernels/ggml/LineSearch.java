package org.paretopress.kernels.ggml;

import java.util.Arrays;

/**
 * The best grids of one stretch, before rounding of scales. Starts from many ranges, a little wider and narrower than that
 * of the weights; assigns codes and refits by least squares, and goes on so with the best few until they stand still.
 */
final class LineSearch {

    private static final int TURNS = 5;
    private static final double STILL = 1e-9;

    private final Stretch stretch;
    private final GgmlType type;
    private final boolean minimumOfAnySign;
    private final Line[] best;
    private int found;

    private LineSearch(GgmlType type, Stretch stretch, int keep) {
        this.type = type;
        this.stretch = stretch;
        this.minimumOfAnySign = type.scaleLayout().highestMinimum < 0;
        this.best = new Line[keep];
    }

    /** At most {@code keep} lines, the best first. */
    static Line[] lines(GgmlType type, Stretch stretch, int keep) {
        LineSearch search = new LineSearch(type, stretch, keep);
        if (type.scaleLayout().highestMinimum == 0) {
            search.startThroughZero();
        } else {
            search.startWithMinimum();
        }
        return search.refine();
    }

    /** Steps of both signs where the range of codes is longer on one side. */
    private void startThroughZero() {
        double low = -type.lowest;
        double high = type.highest;
        startThroughZero(1, Math.max(-stretch.min / low, stretch.max / high));
        if (low != high) {
            startThroughZero(-1, Math.max(stretch.max / low, -stretch.min / high));
        }
    }

    /** @param covering the smallest step that clips nothing */
    private void startThroughZero(int sign, double covering) {
        double levels = type.highest;
        for (double wider : Starts.throughZero(type)) {
            stretch.assign(sign * covering * levels / (levels + wider), 0);
            offer(stretch.throughZero());
        }
    }

    private void startWithMinimum() {
        double low = minimumOfAnySign ? stretch.min : Math.min(stretch.min, 0);
        double step = (stretch.max - low) / type.highest;
        for (double below : Starts.withMinimum(type)) {
            for (double above : Starts.withMinimum(type)) {
                double narrower = step * (type.highest - below - above) / type.highest;
                stretch.assign(narrower, -(low + below * step));
                offer(refit());
            }
        }
    }

    private Line refit() {
        Line line = stretch.withMinimum();
        return line.minimum() >= 0 || minimumOfAnySign ? line : stretch.throughZero();
    }

    private void offer(Line line) {
        int at = found;
        for (int k = 0; k < found; k++) {
            if (line.error() == best[k].error() && line.step() == best[k].step()) {
                return;
            }
        }
        while (at > 0 && line.error() < best[at - 1].error()) {
            at--;
        }
        if (at == best.length) {
            return;
        }
        int last = Math.min(found, best.length - 1);
        System.arraycopy(best, at, best, at + 1, last - at);
        best[at] = line;
        found = last + 1;
    }

    private Line[] refine() {
        Line[] starts = Arrays.copyOf(best, found);
        found = 0;
        for (Line start : starts) {
            offer(settled(start));
        }
        return Arrays.copyOf(best, found);
    }

    private Line settled(Line start) {
        Line line = start;
        for (int turn = 0; turn < TURNS; turn++) {
            stretch.assign(line.step(), line.minimum());
            Line next = type.scaleLayout().highestMinimum == 0 ? stretch.throughZero() : refit();
            if (!(next.error() < line.error() * (1 - STILL))) {
                return line;
            }
            line = next;
        }
        return line;
    }
}
