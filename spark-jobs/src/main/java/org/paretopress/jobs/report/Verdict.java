package org.paretopress.jobs.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
            boolean needless = lost.stream().noneMatch(budget -> budget.outcome() == Outcome.UNDECIDED);
            return (needless ? "The search was not needed: " : "The search is not shown to be needed: ")
                    + rivals
                    + everywhere;
        }
        return "The search beats every baseline at " + (all - lost.size()) + " of " + all + " budgets; at the other"
                + (lost.size() == 1 ? ", " : " " + lost.size() + ", ") + rivals + ".";
    }

    /** {@code the layerwise allocation is better}, as precise as all of the {@code lost} budgets allow. */
    private static String rivals(List<BudgetVerdict> lost) {
        String names = lost.stream().map(BudgetVerdict::rival).distinct().collect(Collectors.joining(" or "));
        String how = Stream.of(Outcome.UNDECIDED, Outcome.TIE, Outcome.BASELINE_WINS)
                .filter(outcome -> lost.stream().anyMatch(budget -> budget.outcome() == outcome))
                .map(Verdict::words)
                .collect(Collectors.joining(" or "));
        return names + " is " + how;
    }

    private static String words(Outcome outcome) {
        return switch (outcome) {
            case UNDECIDED -> "not told from it by held-out text";
            case TIE -> "as good";
            default -> "better";
        };
    }
}
