package org.paretopress.jobs.report;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.paretopress.jobs.run.Baselines.Additivity;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Comparison;
import org.paretopress.jobs.run.FrontPoint;

/**
 * The search against the baselines at one budget. Two losses tie when a comparison sequence by sequence cannot tell them
 * apart, or, without one, when they read the same at the four digits shown, so that no sentence contradicts its own
 * numbers.
 *
 * @param figures the held-out KL of each strategy, as a sentence
 * @param judgement what follows from them; empty where nothing does
 * @param evidence the interval that the judgement stands on, as a sentence; empty where there is none
 * @param additivity how far sums of layers' errors foretell losses, as a sentence; empty where that was not measured
 * @param outcome the judgement as a value
 * @param rival what the best baseline is called; empty where there is none
 */
public record BudgetVerdict(
        String figures, String judgement, String evidence, String additivity, Outcome outcome, String rival) {

    /** Who is ahead. */
    public enum Outcome {
        SEARCH_WINS,
        TIE,
        /** Held-out text does not tell them apart. */
        UNDECIDED,
        BASELINE_WINS,
        /** The search or the baselines have no finite loss at this budget. */
        OPEN
    }

    private static final String ALLOCATION = "allocation";

    /** @param searched name of the strategy that searched */
    public static BudgetVerdict of(AtBudget budget, String searched) {
        Map<String, FrontPoint> best = bestByStrategy(budget);
        Optional<FrontPoint> found = Optional.ofNullable(best.remove(searched));
        Optional<FrontPoint> champion = best.values().stream()
                .filter(point -> Double.isFinite(kl(point)))
                .min(Comparator.comparingDouble(BudgetVerdict::kl));
        String figures = figures(budget.budgetInBytes(), searched, found, best);
        if (champion.isEmpty()
                || found.filter(point -> Double.isFinite(kl(point))).isEmpty()) {
            return new BudgetVerdict(figures, "", "", additivity(budget), Outcome.OPEN, "");
        }
        return judge(budget, figures, subject(searched), found.get(), champion.get(), best.get(ALLOCATION));
    }

    private static String additivity(AtBudget budget) {
        Additivity additivity = budget.additivity();
        if (additivity == null) {
            return "";
        }
        String enough = additivity.allocationIsEnough() == null
                ? ""
                : additivity.allocationIsEnough()
                        ? " Here the layerwise allocation is enough."
                        : " Here the search improved on the layerwise allocation.";
        return String.format(
                Locale.ROOT,
                "Over %d random assignments, sums of the layers' errors and measured losses have a rank correlation of %.2f.%s",
                additivity.candidates(),
                additivity.rankCorrelation(),
                enough);
    }

    private static Map<String, FrontPoint> bestByStrategy(AtBudget budget) {
        Map<String, FrontPoint> best = new LinkedHashMap<>();
        budget.contenders()
                .forEach(contender -> best.merge(
                        contender.point().strategy(),
                        contender.point(),
                        (one, other) -> Double.compare(kl(one), kl(other)) <= 0 ? one : other));
        return best;
    }

    private static String figures(
            long budgetInBytes, String searched, Optional<FrontPoint> found, Map<String, FrontPoint> others) {
        StringBuilder text = new StringBuilder("At " + Display.megabytes(budgetInBytes) + " " + subject(searched));
        text.append(found.map(point -> " loses " + Display.loss(kl(point)) + " nats of KL")
                .orElse(" has no point"));
        String separator = "; ";
        for (FrontPoint point : others.values()) {
            text.append(separator).append(named(point)).append(' ').append(Display.loss(kl(point)));
            separator = ", ";
        }
        return text.append('.').toString();
    }

    private static BudgetVerdict judge(
            AtBudget budget,
            String figures,
            String subject,
            FrontPoint found,
            FrontPoint champion,
            FrontPoint allocation) {
        String rival = named(champion);
        String additivity = additivity(budget);
        boolean allocationIsChampion = allocation == null || allocation == champion;
        Optional<Comparison> compared = comparison(budget, champion);
        String evidence = compared.map(BudgetVerdict::interval).orElse("");
        if (compared.map(BudgetVerdict::isOpen).orElseGet(() -> same(found, champion))) {
            boolean decided = compared.filter(one -> one.low() < one.high()).isEmpty();
            String judgement = decided
                    ? capital(rival) + " is as good: here " + subject + " was not needed."
                    : "Held-out text does not tell " + subject + " from " + rival + ".";
            return new BudgetVerdict(
                    figures, judgement, evidence, additivity, decided ? Outcome.TIE : Outcome.UNDECIDED, rival);
        }
        if (kl(champion) < kl(found)) {
            String judgement = capital(rival) + " loses " + Display.percentLess(kl(champion), kl(found)) + " less than "
                    + subject + "; its point is " + champion.id() + "."
                    + (allocationIsChampion ? "" : onAllocation(found, allocation));
            return new BudgetVerdict(figures, judgement, evidence, additivity, Outcome.BASELINE_WINS, rival);
        }
        String judgement = capital(subject) + " loses " + Display.percentLess(kl(found), kl(champion)) + " less than "
                + rival + (allocationIsChampion ? "." : ", the best baseline." + onAllocation(found, allocation));
        return new BudgetVerdict(figures, judgement, evidence, additivity, Outcome.SEARCH_WINS, rival);
    }

    private static Optional<Comparison> comparison(AtBudget budget, FrontPoint champion) {
        return budget.comparisons().stream()
                .filter(one -> one.second().equals(champion.id()))
                .findFirst();
    }

    /** Whether either may be the better one. */
    private static boolean isOpen(Comparison comparison) {
        return comparison.low() <= 0 && comparison.high() >= 0;
    }

    private static String interval(Comparison comparison) {
        if (Double.isInfinite(comparison.low())) {
            return "One held-out sequence has no interval.";
        }
        if (comparison.low() == comparison.high()) {
            return "Both are the same on every held-out sequence.";
        }
        return String.format(
                Locale.ROOT,
                "Over %d held-out sequences the difference is %+.3g nats, between %+.3g and %+.3g with 95 %% confidence.",
                comparison.sequences(),
                comparison.meanDifference(),
                comparison.low(),
                comparison.high());
    }

    /** How the layerwise allocation compares where another baseline is better than it. */
    private static String onAllocation(FrontPoint found, FrontPoint allocation) {
        if (same(found, allocation)) {
            return " The layerwise allocation is as good as the search.";
        }
        return kl(allocation) < kl(found)
                ? " The layerwise allocation is better than the search too."
                : " The layerwise allocation is behind the search.";
    }

    private static boolean same(FrontPoint one, FrontPoint other) {
        return Display.loss(kl(one)).equals(Display.loss(kl(other)));
    }

    private static double kl(FrontPoint point) {
        return point.holdout().kl();
    }

    private static String named(FrontPoint point) {
        return articled(point.strategy());
    }

    /** The run's own strategy is {@code the search}, unless what ran is itself one of the baselines. */
    private static String subject(String searched) {
        boolean baseline = List.of("allocation", "greedy", "uniform", "random").contains(searched);
        return baseline ? articled(searched) : "the search";
    }

    private static String articled(String strategy) {
        String label = StrategyStyle.label(strategy);
        return strategy.equals(ALLOCATION) || strategy.equals("reference") ? "the " + label : label;
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
