package org.paretopress.jobs.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.paretopress.jobs.run.FrontPoint;

/** Size against held-out KL as an XChart plot. Points without a finite KL are left out. */
final class FrontPlot {

    private static final int WIDTH = 1200;
    private static final int HEIGHT = 700;
    private static final Color INK = new Color(0x1B1F23);
    private static final Color MUTED = new Color(0x59636E);
    private static final Color RULE = new Color(0xE3E6E9);

    private FrontPlot() {}

    static XYChart of(ReportData data) {
        List<FrontPoint> points = data.plotted().stream()
                .filter(point -> Double.isFinite(kl(point)))
                .toList();
        LossScale losses = LossScale.of(values(points, FrontPlot::kl));
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .xAxisTitle("size, MB")
                .yAxisTitle("held-out KL, nats per token" + (losses.logarithmic() ? " (log scale)" : ""))
                .build();
        style(chart.getStyler());
        losses.applyTo(chart.getStyler());
        addFront(chart, data.front().points().stream().filter(points::contains).toList());
        addMarkers(chart, data, points);
        data.knee().filter(knee -> data.hasKnee() && points.contains(knee)).ifPresent(knee -> addKnee(chart, knee));
        return chart;
    }

    private static void style(XYStyler styler) {
        styler.setLocale(Locale.ROOT);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setChartFontColor(INK);
        styler.setBaseFont(new Font(Font.SANS_SERIF, Font.PLAIN, 17));
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 17));
        styler.setLegendPosition(LegendPosition.OutsideE); // below, long names would be cut off
        styler.setLegendBorderColor(Color.WHITE);
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 18));
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
        styler.setAxisTickLabelsColor(MUTED);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(RULE);
        styler.setPlotGridLinesStroke(new BasicStroke(1)); // dashes would be outlines, each of them
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setXAxisDecimalPattern("0.########");
        styler.setXAxisTickMarkSpacingHint(120);
        styler.setMarkerSize(12);
    }

    private static void addFront(XYChart chart, List<FrontPoint> points) {
        if (points.size() > 1) {
            XYSeries line = add(chart, "front", points, SeriesMarkers.NONE, StrategyStyle.SEARCH.colour());
            line.setXYSeriesRenderStyle(XYSeriesRenderStyle.Step);
            line.setLineStyle(new BasicStroke(2));
        }
    }

    private static void addMarkers(XYChart chart, ReportData data, List<FrontPoint> points) {
        for (Map.Entry<StrategyStyle, String> entry :
                StrategyStyle.legend(data, points).entrySet()) {
            StrategyStyle style = entry.getKey();
            List<FrontPoint> own = points.stream()
                    .filter(point -> StrategyStyle.of(point.strategy(), data.strategy()) == style)
                    .toList();
            add(chart, Display.shortened(entry.getValue()), own, marker(style), style.colour())
                    .setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        }
    }

    private static Marker marker(StrategyStyle style) {
        return switch (style) {
            case SEARCH -> SeriesMarkers.CIRCLE;
            case ALLOCATION -> SeriesMarkers.DIAMOND;
            case GREEDY -> SeriesMarkers.TRIANGLE_UP;
            case UNIFORM -> SeriesMarkers.SQUARE;
            case RANDOM -> SeriesMarkers.TRIANGLE_DOWN;
            case REFERENCE -> SeriesMarkers.CROSS;
            case OTHER -> SeriesMarkers.PLUS;
        };
    }

    private static void addKnee(XYChart chart, FrontPoint knee) {
        add(chart, "knee: " + Display.shortened(knee.id()), List.of(knee), new Ring(), "#1b1f23")
                .setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    }

    private static XYSeries add(XYChart chart, String name, List<FrontPoint> points, Marker marker, String colour) {
        XYSeries series = chart.addSeries(
                name, values(points, point -> point.sizeInBytes() / 1e6), values(points, FrontPlot::kl));
        series.setMarker(marker);
        series.setMarkerColor(Color.decode(colour));
        series.setLineColor(Color.decode(colour));
        return series;
    }

    private static double[] values(List<FrontPoint> points, ToDoubleFunction<FrontPoint> of) {
        return points.stream().mapToDouble(of).toArray();
    }

    private static double kl(FrontPoint point) {
        return point.holdout().kl();
    }
}
