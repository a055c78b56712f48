package org.paretopress.jobs.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.GenerationLine;
import org.paretopress.jobs.run.SearchState;

/**
 * What the page's script reads: numbers for the charts, and every text ready to show.
 *
 * @param styles looks by {@link StrategyStyle#key}
 * @param points the front's points, then the contenders that are not on it
 * @param firstId id of the point that is chosen first; null for an empty front
 * @param hasKnee whether that is a knee
 * @param densePerplexity held-out perplexity of the dense model; null where it is unknown
 * @param levels every level of any point with its shading
 * @param loss what the searches minimised
 * @param generations the searches by budget
 * @param soFar what a run that goes on has found, from the smallest
 */
record ChartData(
        Map<String, Style> styles,
        List<Point> points,
        String firstId,
        boolean hasKnee,
        Double densePerplexity,
        List<Level> levels,
        String loss,
        List<Search> generations,
        List<Reached> soFar) {

    /** @param width of the marker as drawn, relative to a circle's */
    record Style(String colour, String colourOnDark, String path, double width) {}

    /**
     * @param levels index into the levels by layer, -1 where the point is silent
     * @param exports the commands that take this point, in the order of {@link ExportCommand#of}
     * @param sentence what it costs and loses
     * @param protection which layers it protects
     */
    record Point(
            String id,
            String style,
            boolean front,
            double size,
            double kl,
            double perplexity,
            List<Fact> facts,
            List<Integer> levels,
            List<ExportCommand> exports,
            String sentence,
            String protection) {}

    record Fact(String name, String value) {}

    record Level(String name, String shade, String tone) {}

    record Reached(double size, double loss, List<Fact> facts) {}

    record Search(String budget, List<Step> steps) {}

    record Step(int generation, double tokens, double loss, List<Fact> facts) {}

    static ChartData of(ReportData data) {
        return of(data, List.of());
    }

    /** @param soFar what a run that goes on has found */
    static ChartData of(ReportData data, List<SearchState.Best> soFar) {
        LevelScale scale = HeatMap.scale(data);
        List<String> layers = HeatMap.layers(data);
        List<Point> points = data.plotted().stream()
                .map(point -> point(point, data, scale, layers))
                .toList();
        List<Level> levels = scale.names().stream()
                .map(name -> new Level(
                        name, scale.shade(name).shade(), scale.shade(name).tone()))
                .toList();
        return new ChartData(
                stylesByKey(),
                points,
                data.knee().map(FrontPoint::id).orElse(null),
                data.hasKnee(),
                data.dense().map(dense -> dense.holdout().perplexity()).orElse(null),
                levels,
                data.setup().loss(),
                searches(data),
                soFar.stream().map(ChartData::reached).toList());
    }

    private static Reached reached(SearchState.Best best) {
        return new Reached(
                best.sizeInBytes(),
                best.loss(),
                List.of(new Fact("", Display.bytes(best.sizeInBytes())), new Fact("Loss", Display.loss(best.loss()))));
    }

    private static Map<String, Style> stylesByKey() {
        Map<String, Style> styles = new LinkedHashMap<>();
        for (StrategyStyle style : StrategyStyle.values()) {
            styles.put(style.key(), new Style(style.colour(), style.colourOnDark(), style.path(), style.width()));
        }
        return styles;
    }

    private static Point point(FrontPoint point, ReportData data, LevelScale scale, List<String> layers) {
        boolean onFront = data.front().points().contains(point);
        List<Integer> levels = layers.stream()
                .map(layer -> scale.names().indexOf(point.assignment().get(layer)))
                .toList();
        return new Point(
                point.id(),
                StrategyStyle.of(point.strategy(), data.strategy()).key(),
                onFront,
                point.sizeInBytes(),
                point.holdout().kl(),
                point.holdout().perplexity(),
                facts(point),
                levels,
                ExportCommand.of(data.run(), point),
                Page.sentence(data, point),
                Page.protection(data, point));
    }

    private static List<Fact> facts(FrontPoint point) {
        return List.of(
                new Fact("Strategy", StrategyStyle.label(point.strategy())),
                new Fact("Size", Display.megabytes(point.sizeInBytes())),
                new Fact("", Display.bytes(point.sizeInBytes())),
                new Fact("Average bits", Display.bits(point.averageBits())),
                new Fact("KL, held-out", Display.loss(point.holdout().kl())),
                new Fact("KL, calibration", Display.loss(point.calibration().kl())),
                new Fact("Perplexity, held-out", Display.loss(point.holdout().perplexity())),
                new Fact(
                        "Perplexity, calibration",
                        Display.loss(point.calibration().perplexity())));
    }

    private static List<Search> searches(ReportData data) {
        return data.generations().stream()
                .map(GenerationLine::budgetInBytes)
                .distinct()
                .sorted()
                .map(budget -> new Search(
                        Display.megabytes(budget),
                        data.generations().stream()
                                .filter(line -> line.budgetInBytes() == budget)
                                .map(ChartData::step)
                                .toList()))
                .toList();
    }

    private static Step step(GenerationLine line) {
        return new Step(
                line.generation(),
                line.tokensEvaluated(),
                line.loss(),
                List.of(
                        new Fact("Generation", Display.count(line.generation())),
                        new Fact("Loss", Display.loss(line.loss())),
                        new Fact("Accepted", Display.count(line.accepted())),
                        new Fact("Tokens", Display.count(line.tokensEvaluated())),
                        new Fact("Evaluations", Display.count(line.evaluations())),
                        new Fact("Time", Display.seconds(line.seconds()))));
    }
}
