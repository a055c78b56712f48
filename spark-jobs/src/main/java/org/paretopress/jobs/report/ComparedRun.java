package org.paretopress.jobs.report;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Contender;
import org.paretopress.jobs.run.Baselines.WholeFront;
import org.paretopress.jobs.run.FrontPoint;

/**
 * A run beside others. No text in it is trusted.
 *
 * @param state such as {@code done} or {@code failed}
 * @param reason why there is no result; empty otherwise
 * @param link to the run's own report, as a page can name it; empty for none
 * @param strategy what searched
 * @param baselines what it and simpler strategies reached; null where there is no result
 */
public record ComparedRun(String name, String state, String reason, String link, String strategy, Baselines baselines) {

    private static final String ALLOCATION = "allocation";

    /** @param link to the run's own report; empty for none */
    public static ComparedRun of(String name, String state, String link, FinishedRun run) {
        return new ComparedRun(
                name,
                state,
                "",
                link,
                run.config().search().strategy().name(),
                run.directory().baselines());
    }

    public static ComparedRun failed(String name, String state, String reason) {
        return new ComparedRun(name, state, reason, "", "", null);
    }

    /**
     * Without a result yet.
     *
     * @param now what is going on
     */
    static ComparedRun open(String name, String state, String link, String now) {
        return new ComparedRun(name, state, now, link, "", null);
    }

    boolean hasResult() {
        return baselines != null;
    }

    /** Whether points were searched for as one front, not at single budgets. */
    boolean searchedFront() {
        return baselines.front() != null;
    }

    List<AtBudget> budgets() {
        return baselines.budgets() == null ? List.of() : baselines.budgets();
    }

    /** What the searched strategy has at a budget. */
    Stream<Contender> at(AtBudget budget) {
        return budget.contenders().stream()
                .filter(contender -> contender.point().strategy().equals(strategy));
    }

    /** The searched points that have a finite divergence on held-out text, by ascending size. */
    List<FrontPoint> searched() {
        WholeFront front = baselines.front();
        Stream<FrontPoint> points = front != null
                ? front.points().stream()
                : budgets().stream().flatMap(this::at).map(Contender::point);
        return drawn(points);
    }

    /** Likewise the layerwise allocations beside them; none where they are what was searched. */
    List<FrontPoint> allocations() {
        Stream<FrontPoint> points = budgets().stream()
                .flatMap(budget -> budget.contenders().stream())
                .map(Contender::point);
        return strategy.equals(ALLOCATION)
                ? List.of()
                : drawn(points.filter(point -> point.strategy().equals(ALLOCATION)));
    }

    private static List<FrontPoint> drawn(Stream<FrontPoint> points) {
        return points.filter(point -> Double.isFinite(point.holdout().kl()))
                .sorted(Comparator.comparingLong(FrontPoint::sizeInBytes))
                .toList();
    }

    /** By all its searches; what searches have in common, such as a table of layer errors, counts with each. */
    long tokensEvaluated() {
        return searchedFront()
                ? baselines.front().tokensEvaluated()
                : budgets().stream()
                        .flatMap(this::at)
                        .mapToLong(Contender::tokensEvaluated)
                        .sum();
    }

    /** Whether both are of one model and one held-out text. */
    boolean isAlike(ComparedRun other) {
        FrontPoint one = baselines.dense();
        FrontPoint another = other.baselines.dense();
        return one != null && another != null && FrontComparison.alike(one, another);
    }
}
