package org.paretopress.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Contender;

/**
 * A row of the table of runs: a run at a budget, a front as a whole, or a run without a result.
 *
 * @param group number of its group, from 1
 * @param figures budget, size, bits, KL and perplexity on held-out text, tokens; then points and hypervolume of the whole
 *     run; none without a result
 */
record ComparisonRow(ComparedRun run, int group, List<Figure> figures) {

    /** Group by group; those without a result come last. */
    static List<ComparisonRow> of(List<RunGroup> groups, List<ComparedRun> runs) {
        List<ComparisonRow> rows = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            Optional<FrontComparison> comparison = groups.get(i).comparison();
            List<ComparedRun> alike = groups.get(i).runs();
            for (int at = 0; at < alike.size(); at++) {
                int place = at;
                Figure hypervolume = comparison
                        .map(all -> all.runs().get(place))
                        .filter(row -> row.points() > 1)
                        .map(row -> Figure.hypervolume(row.hypervolume()))
                        .orElseGet(Figure::none);
                rows.addAll(rows(alike.get(at), i + 1, hypervolume));
            }
        }
        runs.stream().filter(run -> !run.hasResult()).forEach(run -> rows.add(new ComparisonRow(run, 0, List.of())));
        return rows;
    }

    private static List<ComparisonRow> rows(ComparedRun run, int group, Figure hypervolume) {
        Figure points = Figure.count(run.searched().size());
        List<ComparisonRow> rows = new ArrayList<>();
        for (AtBudget budget : run.budgets()) {
            run.at(budget)
                    .map(one -> figures(budget, one, points, hypervolume))
                    .forEach(figures -> rows.add(new ComparisonRow(run, group, figures)));
        }
        if (run.searchedFront() || rows.isEmpty()) {
            rows.add(0, new ComparisonRow(run, group, whole(run, points, hypervolume)));
        }
        return rows;
    }

    private static List<Figure> whole(ComparedRun run, Figure points, Figure hypervolume) {
        Figure none = Figure.none();
        return List.of(none, none, none, none, none, Figure.count(run.tokensEvaluated()), points, hypervolume);
    }

    private static List<Figure> figures(AtBudget budget, Contender one, Figure points, Figure hypervolume) {
        return List.of(
                Figure.size(budget.budgetInBytes()),
                Figure.size(one.point().sizeInBytes()),
                Figure.bits(one.point().averageBits()),
                Figure.loss(one.point().holdout().kl()),
                Figure.loss(one.point().holdout().perplexity()),
                Figure.count(one.tokensEvaluated()),
                points,
                hypervolume);
    }
}
