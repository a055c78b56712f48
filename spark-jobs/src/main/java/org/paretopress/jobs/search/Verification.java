package org.paretopress.jobs.search;

import java.util.List;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.Additivity;
import org.paretopress.jobs.run.Baselines.Comparison;
import org.paretopress.search.evolve.RandomSearch;
import org.paretopress.search.fitness.PairedComparison;
import org.paretopress.search.predict.RankCorrelation;
import org.paretopress.search.space.Budget;

/** Whether a search was worth it, at one budget, on text it never saw. */
final class Verification {

    private static final String ALLOCATION = "allocation";

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
            return null; // too few assignments fit to rank them
        }
        double rank = RankCorrelation.spearman(
                sample.drawn().stream().mapToDouble(contest::layerwiseError).toArray(),
                sample.scores().stream().mapToDouble(score -> score.loss()).toArray());
        Boolean enough = null;
        for (int rival = 1; rival < proposals.size(); rival++) {
            if (proposals.get(rival).strategy().equals(ALLOCATION)) {
                enough = comparisons.get(rival - 1).high() >= 0;
            }
        }
        return new Additivity(rank, sample.drawn().size(), enough);
    }
}
