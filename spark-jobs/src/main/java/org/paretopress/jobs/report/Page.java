package org.paretopress.jobs.report;

import java.util.List;
import java.util.Map;
import org.paretopress.jobs.run.FrontPoint;

/**
 * Everything the template names. A section whose list is empty stays out.
 *
 * @param denseLine what the dense model needs and reaches; empty where it is unknown
 * @param choice the knee and what hangs on it; null for an empty front
 */
record Page(
        String run,
        Verdict verdict,
        String denseLine,
        Choice choice,
        List<LegendEntry> legend,
        List<PointRow> frontRows,
        List<PointRow.Budget> budgets,
        List<GenerationRow.Budget> generations,
        List<ProvenanceEntry> provenance) {

    /** A marker and what it stands for. */
    record LegendEntry(String path, String colour, String colourOnDark, String label) {}

    /** An entry of the lists in which a point is chosen. */
    record Option(String id, String label, boolean selected) {}

    /** The point that the page opens with. */
    record Choice(String id, String sentence, String command, List<Option> options, HeatMap heatMap) {}

    static Page of(ReportData data) {
        return new Page(
                data.run(),
                Verdict.of(data),
                data.dense().map(Page::denseLine).orElse(""),
                data.knee().map(knee -> choice(data, knee)).orElse(null),
                legend(data),
                PointRow.front(data),
                PointRow.baselines(data),
                GenerationRow.of(data),
                ProvenanceEntry.flatten(data.provenance()));
    }

    private static String denseLine(FrontPoint dense) {
        return "The dense model takes " + Display.megabytes(dense.sizeInBytes()) + "; its perplexity is "
                + Display.loss(dense.holdout().perplexity()) + " on held-out text and "
                + Display.loss(dense.calibration().perplexity()) + " on calibration text.";
    }

    private static Choice choice(ReportData data, FrontPoint knee) {
        String sentence = Display.megabytes(knee.sizeInBytes()) + ", " + Display.bits(knee.averageBits())
                + " bits on average, held-out KL " + Display.loss(knee.holdout().kl()) + ", held-out perplexity "
                + Display.loss(knee.holdout().perplexity()) + ".";
        List<Option> options = data.front().points().stream()
                .map(point -> new Option(point.id(), label(point, point == knee), point == knee))
                .toList();
        return new Choice(knee.id(), sentence, ExportCommand.of(data.run(), knee), options, HeatMap.of(data, knee));
    }

    private static String label(FrontPoint point, boolean knee) {
        return point.id() + (knee ? " (knee)" : "") + ": " + Display.megabytes(point.sizeInBytes()) + ", "
                + Display.bits(point.averageBits()) + " bits, KL "
                + Display.loss(point.holdout().kl());
    }

    private static List<LegendEntry> legend(ReportData data) {
        return StrategyStyle.legend(data, data.plotted()).entrySet().stream()
                .map(Page::legendEntry)
                .toList();
    }

    private static LegendEntry legendEntry(Map.Entry<StrategyStyle, String> entry) {
        StrategyStyle style = entry.getKey();
        return new LegendEntry(style.path(), style.colour(), style.colourOnDark(), entry.getValue());
    }
}
