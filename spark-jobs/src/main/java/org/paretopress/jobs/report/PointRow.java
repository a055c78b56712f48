package org.paretopress.jobs.report;

import java.util.List;
import java.util.stream.Stream;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Contender;
import org.paretopress.jobs.run.FrontPoint;

/**
 * A point as a table row.
 *
 * @param marked whether the row stands out: the knee of the front, the lowest held-out KL at a budget
 * @param figures size, bits, KL (held-out, calibration), perplexity (held-out, calibration), and for contenders
 *     evaluations and tokens
 */
record PointRow(String id, String strategy, boolean marked, List<Figure> figures) {

    /** The contenders at one budget. */
    record Budget(Figure budget, List<PointRow> rows) {}

    static List<PointRow> front(ReportData data) {
        FrontPoint knee = data.hasKnee() ? data.knee().orElse(null) : null;
        return data.front().points().stream()
                .map(point -> of(point, point == knee, Stream.of()))
                .toList();
    }

    static List<Budget> baselines(ReportData data) {
        return data.budgets().stream()
                .map(budget -> new Budget(Figure.size(budget.budgetInBytes()), contenders(budget)))
                .toList();
    }

    private static List<PointRow> contenders(AtBudget budget) {
        double best = budget.contenders().stream()
                .mapToDouble(contender -> contender.point().holdout().kl())
                .filter(kl -> !Double.isNaN(kl))
                .min()
                .orElse(Double.NaN);
        return budget.contenders().stream()
                .map(contender ->
                        of(contender.point(), contender.point().holdout().kl() == best, cost(contender)))
                .toList();
    }

    private static Stream<Figure> cost(Contender contender) {
        return Stream.of(Figure.count(contender.evaluations()), Figure.count(contender.tokensEvaluated()));
    }

    private static PointRow of(FrontPoint point, boolean marked, Stream<Figure> cost) {
        Stream<Figure> figures = Stream.of(
                Figure.size(point.sizeInBytes()),
                Figure.bits(point.averageBits()),
                Figure.loss(point.holdout().kl()),
                Figure.loss(point.calibration().kl()),
                Figure.loss(point.holdout().perplexity()),
                Figure.loss(point.calibration().perplexity()));
        String strategy = StrategyStyle.label(point.strategy());
        return new PointRow(
                point.id(), strategy, marked, Stream.concat(figures, cost).toList());
    }
}
