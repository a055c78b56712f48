package org.paretopress.jobs.report;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.paretopress.jobs.report.Page.LegendEntry;
import org.paretopress.jobs.run.FrontPoint;

/** The page that shows several runs side by side: a small chart of each, and one table of what they reached. */
public final class ComparisonReport {

    private static final String CONTENT = "comparison.mustache";

    /** Small charts with the same axes. A heading stands over them where there are several groups. */
    record ChartGroup(String heading, String denseLine, List<Chart> charts) {}

    /** @param label what readers hear who see no chart */
    record Chart(String name, String strategy, String label) {}

    /**
     * The whole page, to be stored as UTF-8. The same arguments give the same page.
     *
     * @param kind what is compared, over the heading
     * @param noun what the runs are called, such as {@code cells}
     */
    public String html(String kind, String heading, String noun, List<ComparedRun> runs) {
        List<RunGroup> groups = RunGroup.of(runs);
        return new HtmlPage(CONTENT, "charts.js", "comparison.js")
                .html(heading, names(kind, heading, noun, runs, groups), ComparisonData.of(groups));
    }

    /** The page of runs that go on, which asks a {@link ReportServer} for what is new. */
    String live(String kind, String heading, String noun, List<ComparedRun> runs, LiveNote note) {
        List<RunGroup> groups = RunGroup.of(runs);
        Map<String, Object> names = new HashMap<>(names(kind, heading, noun, runs, groups));
        names.put("live", note);
        return new HtmlPage(CONTENT, "charts.js", "comparison.js", HtmlPage.LIVE)
                .html(heading, names, ComparisonData.of(groups));
    }

    private static Map<String, Object> names(
            String kind, String heading, String noun, List<ComparedRun> runs, List<RunGroup> groups) {
        return Map.of(
                "kind", kind,
                "heading", heading,
                "summary", ComparisonVerdict.summary(noun, runs, groups.size()),
                "sentences", sentences(groups),
                "severalGroups", groups.size() > 1,
                "legend", legend(groups),
                "groups", charts(groups),
                "rows", ComparisonRow.of(groups, runs));
    }

    private static String group(List<RunGroup> groups, int index) {
        return groups.size() == 1 ? "" : "Group " + (index + 1);
    }

    private static List<String> sentences(List<RunGroup> groups) {
        return IntStream.range(0, groups.size())
                .boxed()
                .flatMap(i -> ComparisonVerdict.of(groups.get(i)).stream()
                        .map(sentence -> groups.size() == 1 ? sentence : group(groups, i) + ": " + sentence))
                .toList();
    }

    private static List<ChartGroup> charts(List<RunGroup> groups) {
        return IntStream.range(0, groups.size())
                .mapToObj(i -> new ChartGroup(
                        group(groups, i),
                        denseLine(groups.get(i).runs().get(0)),
                        groups.get(i).runs().stream()
                                .map(ComparisonReport::chart)
                                .toList()))
                .toList();
    }

    private static String denseLine(ComparedRun run) {
        FrontPoint dense = run.baselines().dense();
        return dense == null
                ? ""
                : "The dense model takes " + Display.megabytes(dense.sizeInBytes())
                        + "; its perplexity on held-out text is "
                        + Display.loss(dense.holdout().perplexity()) + ".";
    }

    private static Chart chart(ComparedRun run) {
        List<FrontPoint> points = run.searched();
        String found = points.isEmpty()
                ? "no point with a finite KL"
                : points.size() == 1
                        ? "one point, " + described(points.get(0))
                        : points.size() + " points from " + described(points.get(0)) + " to "
                                + described(points.get(points.size() - 1));
        return new Chart(run.name(), run.strategy(), run.name() + ": " + found + ".");
    }

    private static String described(FrontPoint point) {
        return Display.megabytes(point.sizeInBytes()) + " with KL "
                + Display.loss(point.holdout().kl());
    }

    private static List<LegendEntry> legend(List<RunGroup> groups) {
        Map<StrategyStyle, String> entries = new EnumMap<>(StrategyStyle.class);
        for (RunGroup group : groups) {
            for (ComparedRun run : group.runs()) {
                StrategyStyle style = ComparisonData.style(run);
                entries.put(style, style == StrategyStyle.SEARCH ? "search" : StrategyStyle.label(run.strategy()));
                if (!run.allocations().isEmpty()) {
                    entries.put(StrategyStyle.ALLOCATION, StrategyStyle.label("allocation"));
                }
            }
        }
        return entries.entrySet().stream()
                .map(entry -> new LegendEntry(
                        entry.getKey().path(),
                        entry.getKey().colour(),
                        entry.getKey().colourOnDark(),
                        entry.getValue()))
                .toList();
    }
}
