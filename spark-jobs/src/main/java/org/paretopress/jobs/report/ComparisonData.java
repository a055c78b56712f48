package org.paretopress.jobs.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.paretopress.jobs.report.ChartData.Fact;
import org.paretopress.jobs.report.ChartData.Style;
import org.paretopress.jobs.run.FrontPoint;

/**
 * What the script of the comparison reads: numbers for the charts, and every text ready to show.
 *
 * @param styles looks by {@link StrategyStyle#key}
 * @param groups in the order of the page
 */
record ComparisonData(Map<String, Style> styles, List<Group> groups) {

    /** Runs that share a chart's axes. */
    record Group(List<Run> runs) {}

    /** @param style of the searched points */
    record Run(String style, List<Point> searched, List<Point> allocations) {}

    record Point(String id, double size, double kl, List<Fact> facts) {}

    static ComparisonData of(List<RunGroup> groups) {
        Map<String, Style> styles = new LinkedHashMap<>();
        for (StrategyStyle style : StrategyStyle.values()) {
            styles.put(style.key(), new Style(style.colour(), style.colourOnDark(), style.path(), style.width()));
        }
        return new ComparisonData(
                styles,
                groups.stream()
                        .map(group -> new Group(
                                group.runs().stream().map(ComparisonData::run).toList()))
                        .toList());
    }

    private static Run run(ComparedRun run) {
        return new Run(style(run).key(), points(run.searched()), points(run.allocations()));
    }

    static StrategyStyle style(ComparedRun run) {
        return StrategyStyle.of(run.strategy(), run.strategy());
    }

    private static List<Point> points(List<FrontPoint> points) {
        return points.stream()
                .map(point -> new Point(
                        point.id(), point.sizeInBytes(), point.holdout().kl(), facts(point)))
                .toList();
    }

    private static List<Fact> facts(FrontPoint point) {
        return List.of(
                new Fact("Strategy", StrategyStyle.label(point.strategy())),
                new Fact("Size", Display.megabytes(point.sizeInBytes())),
                new Fact("Average bits", Display.bits(point.averageBits())),
                new Fact("KL", Display.loss(point.holdout().kl())),
                new Fact("Perplexity", Display.loss(point.holdout().perplexity())));
    }
}
