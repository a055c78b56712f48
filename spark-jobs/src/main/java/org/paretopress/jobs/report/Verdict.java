package org.paretopress.jobs.report;

import java.util.List;
import java.util.stream.Collectors;
import org.paretopress.jobs.report.BudgetVerdict.Outcome;

/**
 * Whether the search was worth it, in sentences computed from held-out KL.
 *
 * @param summary one sentence over all budgets
 * @param front what is to be said of a searched front as a whole; empty where searches were at single budgets
 * @param budgets one judgement a budget
 */
record Verdict(String summary, String front, List<BudgetVerdict> budgets) {

    static Verdict of(ReportData data) {
        List<BudgetVerdict> budgets = data.budgets().stream()
                .map(budget -> BudgetVerdict.of(budget, data.strategy()))
                .toList();
        String front = data.baselines().front() == null
                ? ""
                : FrontVerdict.of(data.baselines().front());
        return new Verdict(summarise(budgets), front, budgets);
    }

    private static String summarise(List<BudgetVerdict> budgets) {
        List<BudgetVerdict> judged = budgets.stream()
                .filter(budget -> budget.outcome() != Outcome.OPEN)
                .toList();
        if (judged.isEmpty()) {
            return "There is no baseline to compare with, so nothing here says whether the search was worth its time.";
        }
        List<BudgetVerdict> lost = judged.stream()
                .filter(budget -> budget.outcome() != Outcome.SEARCH_WINS)
                .toList();
        int all = judged.size();
        String everywhere = all == 1 ? "." : " at all " + all + " budgets.";
        if (lost.isEmpty()) {
            return "The search beats every baseline" + everywhere;
        }
        String rivals = rivals(lost);
        if (lost.size() == all) {
            return "The search was not needed: " + rivals + everywhere;
        }
        return "The search beats every baseline at " + (all - lost.size()) + " of " + all + " budgets; at the other"
                + (lost.size() == 1 ? ", " : " " + lost.size() + ", ") + rivals + ".";
    }

    /** {@code the layerwise allocation is better}, as precise as all of the {@code lost} budgets allow. */
    private static String rivals(List<BudgetVerdict> lost) {
        String names = lost.stream().map(BudgetVerdict::rival).distinct().collect(Collectors.joining(" or "));
        boolean ties = lost.stream().anyMatch(budget -> budget.outcome() == Outcome.TIE);
        boolean losses = lost.stream().anyMatch(budget -> budget.outcome() == Outcome.BASELINE_WINS);
        return names + " is " + (ties && losses ? "as good or better" : ties ? "as good" : "better");
    }
}
