package org.paretopress.jobs.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.paretopress.jobs.run.Baselines.AtBudget;

/** Which of several runs reached most, in sentences computed from held-out KL. */
final class ComparisonVerdict {

    private static final int BUDGETS_TOLD_ONE_BY_ONE = 3;
    private static final String TIE = "";

    /** What a run's search reached at a budget that others have too. */
    private record Reached(String run, double kl) {}

    private ComparisonVerdict() {}

    /** @param noun what the runs are called, such as {@code cells} */
    static String summary(String noun, List<ComparedRun> runs, int groups) {
        long results = runs.stream().filter(ComparedRun::hasResult).count();
        long failed = runs.stream().filter(run -> run.state().equals("failed")).count();
        String counted = results == runs.size()
                ? "All " + Display.count(results) + " " + noun + " have a result"
                : Display.count(results) + " of " + Display.count(runs.size()) + " " + noun + " have a result"
                        + (failed == 0 ? "" : ", " + Display.count(failed) + " failed");
        if (results < 2) {
            return counted + ".";
        }
        return counted
                + (groups == 1
                        ? "; they share the model and the held-out text."
                        : "; they are of " + groups + " models or held-out texts, and compared within each.");
    }

    /** What can be said of runs that are alike; nothing where they share neither budgets nor ranges of sizes. */
    static List<String> of(RunGroup group) {
        return Stream.concat(hypervolumes(group), budgets(group)).toList();
    }

    /** A single point spans no area to speak of: only runs with several count. */
    private static Stream<String> hypervolumes(RunGroup group) {
        List<FrontComparison.Row> fronts = group.comparison().stream()
                .flatMap(comparison -> comparison.runs().stream())
                .filter(row -> row.points() > 1)
                .sorted(Comparator.comparingDouble(FrontComparison.Row::hypervolume)
                        .reversed())
                .toList();
        if (fronts.size() < 2 || fronts.get(1).hypervolume() == 0) {
            return Stream.of();
        }
        FrontComparison.Row first = fronts.get(0);
        FrontComparison.Row second = fronts.get(1);
        String factor = Display.loss(first.hypervolume() / second.hypervolume());
        String largest = "the largest hypervolume of " + fronts.size() + " runs with several points on held-out text";
        return Stream.of(
                factor.equals("1.000")
                        ? first.run() + " and " + second.run() + " have " + largest + ", the same to four digits."
                        : first.run() + " has " + largest + ", " + factor + " times that of " + second.run() + ".");
    }

    private static Stream<String> budgets(RunGroup group) {
        Map<Long, List<Reached>> shared = new LinkedHashMap<>();
        group.runs().stream()
                .flatMap(run -> run.budgets().stream())
                .map(AtBudget::budgetInBytes)
                .distinct()
                .sorted()
                .forEach(budget -> shared.put(budget, reached(group, budget)));
        shared.values().removeIf(runs -> runs.size() < 2);
        return shared.size() <= BUDGETS_TOLD_ONE_BY_ONE
                ? shared.entrySet().stream().map(one -> lowest(one.getKey(), one.getValue()))
                : Stream.of(counted(shared.values().stream().toList()));
    }

    /** One entry a run, the lowest first. */
    private static List<Reached> reached(RunGroup group, long budgetInBytes) {
        List<Reached> all = new ArrayList<>();
        for (ComparedRun run : group.runs()) {
            run.budgets().stream()
                    .filter(budget -> budget.budgetInBytes() == budgetInBytes)
                    .flatMap(run::at)
                    .mapToDouble(contender -> contender.point().holdout().kl())
                    .filter(Double::isFinite)
                    .min()
                    .ifPresent(kl -> all.add(new Reached(run.name(), kl)));
        }
        all.sort(Comparator.comparingDouble(Reached::kl));
        return all;
    }

    private static String lowest(long budgetInBytes, List<Reached> runs) {
        List<Reached> lowest =
                runs.stream().filter(run -> readAlike(run, runs.get(0))).toList();
        String head = "At " + Display.megabytes(budgetInBytes) + " ";
        String figure = Display.loss(runs.get(0).kl()) + " nats of KL";
        if (lowest.size() == runs.size()) {
            return head + "all " + runs.size() + " runs lose " + figure + ".";
        }
        if (lowest.size() > 1) {
            return head + lowest.size() + " of " + runs.size() + " runs are lowest with " + figure + ": "
                    + lowest.stream().map(Reached::run).collect(Collectors.joining(", ")) + ".";
        }
        return head + runs.get(0).run() + " is lowest of " + runs.size() + " runs: it loses " + figure + ", "
                + Display.percentLess(runs.get(0).kl(), runs.get(1).kl()) + " less than "
                + runs.get(1).run() + ".";
    }

    private static String counted(List<List<Reached>> budgets) {
        Map<String, Long> wins = budgets.stream()
                .collect(Collectors.groupingBy(
                        runs -> readAlike(runs.get(0), runs.get(1))
                                ? TIE
                                : runs.get(0).run(),
                        LinkedHashMap::new,
                        Collectors.counting()));
        if (wins.size() == 1 && !wins.containsKey(TIE)) {
            return wins.keySet().iterator().next() + " is lowest at all " + budgets.size()
                    + " budgets that several runs share.";
        }
        String lowest = wins.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(one ->
                        (one.getKey().equals(TIE) ? "no single run" : one.getKey()) + " is lowest at " + one.getValue())
                .collect(Collectors.joining(", "));
        return "Of " + budgets.size() + " budgets that several runs share, " + lowest + ".";
    }

    /** Whether two losses are the same at the digits shown, so that no sentence contradicts its own numbers. */
    private static boolean readAlike(Reached one, Reached other) {
        return Display.loss(one.kl()).equals(Display.loss(other.kl()));
    }
}
