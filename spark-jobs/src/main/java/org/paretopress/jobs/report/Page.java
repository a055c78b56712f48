package org.paretopress.jobs.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.paretopress.jobs.run.FrontPoint;

/**
 * Everything the template names. A section whose list is empty stays out.
 *
 * @param denseLine what the dense model needs and reaches; empty where it is unknown
 * @param reproduction how to run the search again; null where its configuration is not known
 * @param choice the knee and what hangs on it; null for an empty front
 */
record Page(
        String run,
        Verdict verdict,
        String denseLine,
        Choice choice,
        Effort effort,
        Trust trust,
        Reproduction reproduction,
        List<LegendEntry> legend,
        List<PointRow> frontRows,
        List<PointRow.Budget> budgets,
        List<GenerationRow.Budget> generations,
        List<ProvenanceEntry> provenance) {

    /** A marker and what it stands for. */
    record LegendEntry(String path, String colour, String colourOnDark, String label) {}

    /** An entry of the lists in which a point is chosen. */
    record Option(String id, String label, boolean selected) {}

    /**
     * The point that the page opens with.
     *
     * @param introduction why it is this one
     * @param sentence what it costs and loses
     * @param commands that take it, one a format
     * @param options points of the front
     * @param others points that are not on it
     * @param overall which layers the search protects
     * @param protection which layers the point protects
     */
    record Choice(
            String id,
            String introduction,
            String sentence,
            List<ExportCommand> commands,
            List<Option> options,
            List<Option> others,
            HeatMap heatMap,
            String overall,
            String protection) {

        String command() {
            return commands.get(0).text();
        }
    }

    boolean hasCourse() {
        return !generations.isEmpty() || !effort.sentences().isEmpty();
    }

    /** A command, and what it reads. */
    record Reproduction(String command, String configuration) {}

    static Page of(ReportData data) {
        return new Page(
                data.run(),
                Verdict.of(data),
                data.dense().map(Page::denseLine).orElse(""),
                data.knee().map(knee -> choice(data, knee)).orElse(null),
                Effort.of(data),
                Trust.of(data),
                data.setup().configuration().isEmpty() ? null : reproduction(data),
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
        int onFront = data.front().points().size();
        List<Option> options = data.plotted().stream()
                .map(point -> new Option(point.id(), label(point, data.hasKnee() && point == knee), point == knee))
                .toList();
        return new Choice(
                knee.id(),
                data.hasKnee()
                        ? "The knee, after which more bytes buy little, is point"
                        : "This front has no knee, after which more bytes buy little. Its most accurate point is",
                sentence(data, knee),
                ExportCommand.of(data.run(), knee),
                options.subList(0, onFront),
                options.subList(onFront, options.size()),
                HeatMap.of(data, knee),
                overall(data),
                protection(data, knee));
    }

    /** What a point costs and what it loses. */
    static String sentence(ReportData data, FrontPoint point) {
        String size = Display.megabytes(point.sizeInBytes());
        String perplexity = Display.loss(point.holdout().perplexity());
        if (data.dense().isPresent()) {
            FrontPoint dense = data.dense().get();
            double share = 100.0 * point.sizeInBytes() / dense.sizeInBytes();
            double rise = 100 * (point.holdout().perplexity() / dense.holdout().perplexity() - 1);
            size += String.format(Locale.ROOT, " (%.0f %% of the dense model)", share);
            perplexity +=
                    " where the dense model has " + Display.loss(dense.holdout().perplexity())
                            + String.format(Locale.ROOT, Math.abs(rise) < 10 ? " (%+.1f %%)" : " (%+.0f %%)", rise)
                                    .replace('-', '−');
        }
        return size + ", " + Display.bits(point.averageBits()) + " bits on average; held-out KL "
                + Display.loss(point.holdout().kl()) + ", held-out perplexity " + perplexity + ".";
    }

    private static String overall(ReportData data) {
        List<FrontPoint> found = data.plotted().stream()
                .filter(point -> point.strategy().equals(data.strategy()))
                .toList();
        return found.isEmpty()
                ? Protection.of(
                        "Over all its points, the front",
                        data.front().points(),
                        data.setup().bits())
                : Protection.of(
                        "Over all points that it found, the search",
                        found,
                        data.setup().bits());
    }

    static String protection(ReportData data, FrontPoint point) {
        return Protection.of("Point " + point.id(), List.of(point), data.setup().bits());
    }

    private static Reproduction reproduction(ReportData data) {
        String run = data.run().replaceFirst("(?<=.)/+$", "");
        String command = "submit/paretopress search " + ExportCommand.quoted(run + "/config.yaml") + " --set output="
                + ExportCommand.quoted(run + "-again");
        return new Reproduction(command, data.setup().configuration());
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
