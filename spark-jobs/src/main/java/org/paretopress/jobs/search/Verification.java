package org.paretopress.jobs.search;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.Additivity;
import org.paretopress.jobs.run.Baselines.Comparison;
import org.paretopress.search.evolve.RandomSearch;
import org.paretopress.search.fitness.PairedComparison;
import org.paretopress.search.front.Hypervolume;
import org.paretopress.search.front.ParetoPoint;
import org.paretopress.search.predict.RankCorrelation;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;

/** Whether a search was worth it, on text it never saw. */
final class Verification {

    private static final String ALLOCATION = "allocation";

    /** With which a point of a front has to differ: there are many, and some differ by chance. */
    private static final double CONFIDENCE = 0.997;

    private final PointScorer points;
    private final Contest contest;

    Verification(PointScorer points, Contest contest) {
        this.points = points;
        this.contest = contest;
    }

    /** @param proposals all scored; the searched strategy's first */
    Baselines.AtBudget of(Budget budget, List<Proposal> proposals) {
        List<Baselines.Contender> contenders = proposals.stream()
                .map(p -> new Baselines.Contender(
                        points.point(p.id(), p.strategy(), p.assignment()), p.evaluations(), p.tokensEvaluated()))
                .toList();
        List<Comparison> comparisons = proposals.stream()
                .skip(1)
                .map(rival -> compare(proposals.get(0), rival))
                .toList();
        return new Baselines.AtBudget(
                budget.sizeInBytes(), contenders, comparisons, additivity(budget, proposals, comparisons));
    }

    /** The searched front, all scored, against the allocations at its sizes; null where no front was searched. */
    Baselines.WholeFront ofFront() {
        List<Proposal> all = contest.front();
        List<Assignment> counterparts = contest.allocations(all.stream()
                .map(one -> new Budget(points.onHoldout(one.assignment()).sizeInBytes()))
                .toList());
        points.scoreOnHoldout(counterparts);
        int[] feasible = IntStream.range(0, all.size())
                .filter(i ->
                        points.isFeasible(all.get(i).assignment()) && points.isFeasibleOnHoldout(counterparts.get(i)))
                .toArray();
        if (feasible.length == 0) {
            return null;
        }
        List<Proposal> front = IntStream.of(feasible).mapToObj(all::get).toList();
        List<Assignment> searched = front.stream().map(Proposal::assignment).toList();
        List<Assignment> allocated =
                IntStream.of(feasible).mapToObj(counterparts::get).toList();
        List<ParetoPoint<Assignment>> own =
                searched.stream().map(points::onHoldout).toList();
        List<ParetoPoint<Assignment>> theirs =
                allocated.stream().map(points::onHoldout).toList();
        Hypervolume hypervolume = Hypervolume.below(List.of(own, theirs));
        return new Baselines.WholeFront(
                front.stream()
                        .map(one -> points.point(one.id(), one.strategy(), one.assignment()))
                        .toList(),
                front.get(0).evaluations(),
                front.get(0).tokensEvaluated(),
                hypervolume.of(own),
                hypervolume.of(theirs),
                hypervolume.referenceSizeInBytes(),
                hypervolume.referenceLoss(),
                clearlyBetter(searched, allocated),
                clearlyBetter(allocated, searched));
    }

    /** How many are better than their counterparts, and not by chance. */
    private int clearlyBetter(List<Assignment> ones, List<Assignment> others) {
        return (int) IntStream.range(0, ones.size())
                .filter(i -> points.compare(ones.get(i), others.get(i)).firstIsBetter(CONFIDENCE))
                .count();
    }

    private Comparison compare(Proposal searched, Proposal rival) {
        PairedComparison compared = points.compare(searched.assignment(), rival.assignment());
        return new Comparison(
                searched.id(),
                rival.id(),
                compared.meanDifference(),
                compared.low(),
                compared.high(),
                compared.sequences());
    }

    private Additivity additivity(Budget budget, List<Proposal> proposals, List<Comparison> comparisons) {
        RandomSearch.Sample sample = contest.random(0).sample(budget);
        if (sample.drawn().size() < 3) {
            return null; // too few assignments to rank fit
        }
        double[] losses =
                sample.scores().stream().mapToDouble(score -> score.loss()).toArray();
        if (DoubleStream.of(losses).anyMatch(Double::isNaN)) {
            return null;
        }
        double rank = RankCorrelation.spearman(
                sample.drawn().stream().mapToDouble(contest::layerwiseError).toArray(), losses);
        Boolean enough = null;
        for (int rival = 1; rival < proposals.size(); rival++) {
            if (proposals.get(rival).strategy().equals(ALLOCATION)) {
                enough = comparisons.get(rival - 1).high() >= 0;
            }
        }
        return new Additivity(rank, sample.drawn().size(), enough);
    }
}
