package org.paretopress.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Comparison;
import org.paretopress.jobs.run.FrontPoint;

/**
 * How far the numbers can be trusted: calibration against held-out text, the search against baselines with intervals, and
 * whether errors of layers add up.
 *
 * @param sentences of the text that was searched on, and the text that was not
 * @param budgets comparisons at each
 */
record Trust(List<String> sentences, List<Budget> budgets) {

    /** @param additivity as a sentence; empty where it was not measured */
    record Budget(Figure budget, String additivity, List<Row> rows) {}

    /**
     * The searched point against a baseline.
     *
     * @param figures difference of held-out KL, lower and upper end of its 95 % interval, sequences
     * @param judgement which is better
     */
    record Row(String first, String second, List<Figure> figures, String judgement) {}

    static Trust of(ReportData data) {
        List<Budget> budgets = data.budgets().stream()
                .filter(budget -> !budget.comparisons().isEmpty() || budget.additivity() != null)
                .map(budget -> budget(budget, data.strategy()))
                .toList();
        return new Trust(holdout(data.front().points(), data.setup().isKl()), budgets);
    }

    private static Budget budget(AtBudget budget, String searched) {
        return new Budget(
                Figure.size(budget.budgetInBytes()),
                BudgetVerdict.of(budget, searched).additivity(),
                budget.comparisons().stream().map(Trust::row).toList());
    }

    private static Row row(Comparison comparison) {
        List<Figure> figures = List.of(
                Figure.signed(comparison.meanDifference()),
                Figure.signed(comparison.low()),
                Figure.signed(comparison.high()),
                Figure.count(comparison.sequences()));
        String judgement = comparison.high() < 0
                ? comparison.first() + " is better"
                : comparison.low() > 0 ? comparison.second() + " is better" : "may be chance";
        return new Row(
                comparison.first(),
                comparison.second(),
                figures,
                comparison.low() == comparison.high() ? "the same on every sequence" : judgement);
    }

    /** @param ordered whether the calibration text orders the points by KL */
    private static List<String> holdout(List<FrontPoint> points, boolean ordered) {
        double[] ratios = points.stream()
                .mapToDouble(point -> point.holdout().kl() / point.calibration().kl())
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        List<String> sentences = new ArrayList<>();
        if (ratios.length > 0) {
            double median = (ratios[(ratios.length - 1) / 2] + ratios[ratios.length / 2]) / 2;
            sentences.add(String.format(
                    Locale.ROOT,
                    "On held-out text the KL is %.1f %% %s than on the calibration text that the search saw (median over the"
                            + " points of the front).",
                    100 * Math.abs(median - 1),
                    median < 1 ? "lower" : "higher"));
        }
        int neighbours = points.size() - 1;
        if (ordered && neighbours > 0) {
            long turned = IntStream.range(0, neighbours)
                    .filter(i -> points.get(i + 1).holdout().kl()
                            >= points.get(i).holdout().kl())
                    .count();
            sentences.add(
                    turned == 0
                            ? "There too, every larger point of the front loses less than the one before it."
                            : turned + " of " + neighbours
                                    + (turned == 1 ? " larger points loses" : " larger points lose")
                                    + " no less there than the point before, which calibration text did not show.");
        }
        return sentences;
    }
}
