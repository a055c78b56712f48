package org.paretopress.jobs.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.Contender;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.GenerationLine;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.search.front.Knee;
import org.paretopress.search.front.ParetoPoint;

/**
 * Everything a report is made from. No text in it is trusted: names come from configuration and model files.
 *
 * @param run name of the run as the command line takes it, such as {@code runs/books}
 * @param front the front, by ascending size; may be empty
 * @param baselines what simpler strategies reach; {@code dense} and the budgets may be missing
 * @param generations lines of all budgets' searches, each budget's in order; empty for strategies without generations
 * @param provenance nested maps, lists and plain values, in the order to be shown
 * @param setup of the run; a contender of its strategy counts as the search's own
 * @param kneeId id of the front point that is proposed first; the first point stands in where it is not on the front
 */
public record ReportData(
        String run,
        Front front,
        Baselines baselines,
        List<GenerationLine> generations,
        Map<String, Object> provenance,
        RunSetup setup,
        String kneeId) {

    public ReportData {
        baselines = baselines == null ? new Baselines(null, List.of()) : baselines;
        generations = generations == null ? List.of() : List.copyOf(generations);
        provenance = provenance == null
                ? Map.of()
                : Collections.unmodifiableMap(new LinkedHashMap<String, Object>(provenance));
    }

    String strategy() {
        return setup.strategy();
    }

    /** Of a run that goes on: its course so far. */
    static ReportData unfinished(RunDirectory run, String name) {
        return new ReportData(
                name,
                new Front(List.of()),
                null,
                run.generations(),
                run.provenanceIfAny().orElse(Map.of()),
                RunSetup.of(run),
                null);
    }

    /** The knee or what stands in for it, or the first front point where no point bears its id; empty for an empty front. */
    public Optional<FrontPoint> knee() {
        List<FrontPoint> points = front.points();
        return points.stream()
                .filter(point -> point.id().equals(kneeId))
                .findFirst()
                .or(() -> points.stream().findFirst());
    }

    /** Whether the front has a point after which more bytes buy little. */
    boolean hasKnee() {
        return Knee.find(front.points().stream()
                        .filter(point -> Double.isFinite(point.calibration().kl()))
                        .map(point -> new ParetoPoint<>(
                                point.sizeInBytes(), point.calibration().kl(), point))
                        .toList())
                .isPresent();
    }

    /** All points to be drawn: the front's, then those contenders that are not on it. */
    List<FrontPoint> plotted() {
        record Identity(String id, String strategy, long sizeInBytes) {}
        Set<Identity> seen = new LinkedHashSet<>();
        Stream<FrontPoint> contenders = budgets().stream()
                .flatMap(budget -> budget.contenders().stream())
                .map(Contender::point);
        return Stream.concat(front.points().stream(), contenders)
                .filter(point -> seen.add(new Identity(point.id(), point.strategy(), point.sizeInBytes())))
                .toList();
    }

    List<Baselines.AtBudget> budgets() {
        return baselines.budgets() == null ? List.of() : baselines.budgets();
    }

    Optional<FrontPoint> dense() {
        return Optional.ofNullable(baselines.dense());
    }
}
