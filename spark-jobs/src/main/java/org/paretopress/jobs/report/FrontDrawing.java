package org.paretopress.jobs.report;

import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.paretopress.jobs.report.Canvas.Anchor;
import org.paretopress.jobs.run.FrontPoint;

/** Size against held-out KL, ready to be drawn on any canvas. Points without a finite KL are left out. */
final class FrontDrawing {

    static final int WIDTH = 860;
    static final int HEIGHT = 500;

    private static final int LEFT = 76;
    private static final int RIGHT = 24;
    private static final int TOP = 58;
    private static final int BOTTOM = 58;
    private static final double RADIUS = 4.5;
    private static final String INK = "#1b1f23";
    private static final String MUTED = "#59636e";
    private static final String RULE = "#e3e6e9";
    private static final int LONGEST_LABEL = 40;

    private final ReportData data;
    private final List<FrontPoint> points;
    private final Axis sizes;
    private final Axis losses;

    FrontDrawing(ReportData data) {
        this.data = data;
        points = data.plotted().stream()
                .filter(point -> Double.isFinite(point.holdout().kl()))
                .toList();
        sizes = Axis.linear(values(point -> point.sizeInBytes() / 1e6));
        losses = Axis.loss(values(point -> point.holdout().kl()));
    }

    private double[] values(ToDoubleFunction<FrontPoint> of) {
        return points.stream().mapToDouble(of).toArray();
    }

    void drawOn(Canvas canvas) {
        drawGrid(canvas);
        drawLegend(canvas);
        drawFrontLine(canvas);
        points.forEach(point -> canvas.marker(
                style(point).symbol().outline(x(point), y(point), RADIUS),
                style(point).colour(),
                name(point)));
        data.knee().filter(points::contains).ifPresent(knee -> drawKnee(canvas, knee));
    }

    private void drawGrid(Canvas canvas) {
        int bottom = HEIGHT - BOTTOM;
        for (double tick : sizes.ticks()) {
            double x = LEFT + sizes.position(tick) * (WIDTH - LEFT - RIGHT);
            canvas.stroke(new Line2D.Double(x, bottom, x, bottom + 5), MUTED, 1);
            canvas.text(Axis.label(tick), x, bottom + 20, Anchor.MIDDLE, 12, MUTED);
        }
        for (double tick : losses.ticks()) {
            double y = bottom - losses.position(tick) * (bottom - TOP);
            canvas.stroke(new Line2D.Double(LEFT, y, WIDTH - RIGHT, y), RULE, 1);
            canvas.text(Axis.label(tick), LEFT - 8, y + 4, Anchor.END, 12, MUTED);
        }
        canvas.stroke(new Line2D.Double(LEFT, bottom, WIDTH - RIGHT, bottom), MUTED, 1);
        canvas.text("size, MB", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, Anchor.MIDDLE, 13, INK);
        String scale = losses.logarithmic() ? " (log scale)" : "";
        canvas.upwards("held-out KL, nats per token" + scale, 20, (TOP + bottom) / 2.0, 13, INK);
    }

    /** Entries stand at fixed distances: the width of a text is not known without a font. */
    private void drawLegend(Canvas canvas) {
        Map<StrategyStyle, String> entries = legend(data, points);
        double x = LEFT;
        for (Map.Entry<StrategyStyle, String> entry : entries.entrySet()) {
            String label = shortened(entry.getValue());
            StrategyStyle style = entry.getKey();
            canvas.stroke(style.symbol().outline(x + 5, 26, RADIUS), style.colour(), 2.5);
            canvas.text(label, x + 17, 30.5, Anchor.START, 13, INK);
            x += 44 + 8 * label.length();
        }
    }

    /** The styles that {@code points} use, in a fixed order, and what each stands for. */
    static Map<StrategyStyle, String> legend(ReportData data, List<FrontPoint> points) {
        Map<StrategyStyle, String> entries = new LinkedHashMap<>();
        for (StrategyStyle style : StrategyStyle.values()) {
            points.stream()
                    .filter(point -> StrategyStyle.of(point.strategy(), data.strategy()) == style)
                    .findFirst()
                    .ifPresent(point -> entries.put(style, legendLabel(style, point)));
        }
        return entries;
    }

    private static String legendLabel(StrategyStyle style, FrontPoint point) {
        return switch (style) {
            case SEARCH -> "search (" + point.strategy() + ")";
            case OTHER -> "other strategies";
            default -> StrategyStyle.label(point.strategy());
        };
    }

    /** Between two points the smaller one is what can be had: a staircase. */
    private void drawFrontLine(Canvas canvas) {
        Path2D line = new Path2D.Double();
        data.front().points().stream().filter(points::contains).forEach(point -> {
            if (line.getCurrentPoint() == null) {
                line.moveTo(x(point), y(point));
            } else {
                line.lineTo(x(point), line.getCurrentPoint().getY());
                line.lineTo(x(point), y(point));
            }
        });
        if (line.getCurrentPoint() != null) {
            canvas.stroke(line, StrategyStyle.SEARCH.colour(), 1.5);
        }
    }

    private void drawKnee(Canvas canvas, FrontPoint knee) {
        double x = x(knee);
        double y = y(knee);
        canvas.stroke(new Ellipse2D.Double(x - 10, y - 10, 20, 20), INK, 1.5);
        String label = "knee: " + shortened(knee.id());
        // Below and to the left of a front point there is no other one.
        boolean roomOnTheLeft = x - LEFT > 30 + 7.5 * label.length();
        canvas.text(
                label,
                roomOnTheLeft ? x - 11 : x + 12,
                roomOnTheLeft ? Math.min(HEIGHT - BOTTOM - 6, y + 19) : Math.max(TOP, y - 12),
                roomOnTheLeft ? Anchor.END : Anchor.START,
                13,
                INK);
    }

    private static String name(FrontPoint point) {
        return point.id() + ": " + StrategyStyle.label(point.strategy()) + ", "
                + Display.megabytes(point.sizeInBytes()) + ", " + Display.bits(point.averageBits()) + " bits, KL "
                + Display.loss(point.holdout().kl());
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.codePointCount(0, line.length()) <= LONGEST_LABEL
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST_LABEL - 1)) + "…";
    }

    private StrategyStyle style(FrontPoint point) {
        return StrategyStyle.of(point.strategy(), data.strategy());
    }

    private double x(FrontPoint point) {
        return LEFT + sizes.position(point.sizeInBytes() / 1e6) * (WIDTH - LEFT - RIGHT);
    }

    private double y(FrontPoint point) {
        return HEIGHT - BOTTOM - losses.position(point.holdout().kl()) * (HEIGHT - BOTTOM - TOP);
    }
}
