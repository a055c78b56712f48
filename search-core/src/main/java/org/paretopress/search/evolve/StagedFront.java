package org.paretopress.search.evolve;

import io.jenetics.IntegerGene;
import io.jenetics.Phenotype;
import io.jenetics.engine.Evaluator;
import io.jenetics.ext.moea.Vec;
import io.jenetics.util.ISeq;
import io.jenetics.util.Seq;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.fitness.PairedComparison;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.front.Knee;
import org.paretopress.search.front.ParetoArchive;
import org.paretopress.search.front.ParetoPoint;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * Staged selection for a front, behind the evaluator of a Jenetics engine. In each stage the offspring are ranked by how
 * far they are below the front at their size, on the text of the stage; those that are left after the last stage are
 * offered to the front. One instance belongs to one run.
 */
final class StagedFront implements Evaluator<IntegerGene, Vec<double[]>> {

    private final SearchSpace space;
    private final EvolutionSettings settings;
    private final CandidateEvaluator evaluator;
    private final AssignmentCodec codec;
    private final Budget lower;
    private final Budget upper;
    private final long sampleSeed;
    private final Map<Assignment, Score> scores = new HashMap<>();
    private List<ParetoPoint<Assignment>> front = List.of();
    private Outcome latest;

    StagedFront(
            SearchSpace space,
            Budget lower,
            Budget upper,
            EvolutionSettings settings,
            CandidateEvaluator evaluator,
            AssignmentCodec codec) {
        this.space = space;
        this.lower = lower;
        this.upper = upper;
        this.settings = settings;
        this.evaluator = evaluator;
        this.codec = codec;
        this.sampleSeed = Draws.seed(settings.seed(), upper.sizeInBytes());
    }

    /**
     * What became of one generation's offspring.
     *
     * @param accepted those on the front; where any is, its hypervolume has grown
     */
    record Outcome(List<Assignment> accepted, List<StageOutcome> stages, List<Assistance.Observation> observations) {}

    Outcome latest() {
        return latest;
    }

    /** Those that selection has not dropped on the way: what can be a parent. */
    boolean reachedTheLastStage(Phenotype<IntegerGene, Vec<double[]>> one) {
        return scores.containsKey(codec.decode(one.genotype()));
    }

    /** In bytes, ascending. */
    List<Long> sizes() {
        return front.stream().map(ParetoPoint::sizeInBytes).toList();
    }

    /** From the smallest to the largest. */
    List<Assignment> front() {
        return front.stream().map(ParetoPoint::payload).toList();
    }

    /** What is known of each point of the front. */
    List<Fitness> reached() {
        return front.stream().map(this::fitness).toList();
    }

    Fitness kneeFitness() {
        return fitness(Knee.of(front));
    }

    private Fitness fitness(ParetoPoint<Assignment> point) {
        return new Fitness(settings.lastStage(), point.loss(), point.sizeInBytes());
    }

    /**
     * Logarithm of the loss that an assignment of a size has to be below to be of use: while the front has room for more
     * sizes that of the front there, linear between its points; otherwise that of the next larger point, whose place it has
     * to take.
     */
    double logLossToBeat(long sizeInBytes) {
        return logLossToBeat(
                sizeInBytes, front.stream().mapToDouble(ParetoPoint::loss).toArray());
    }

    /** @param losses of the points of the front */
    private double logLossToBeat(long sizeInBytes, double[] losses) {
        int above = 0;
        while (above < losses.length - 1 && front.get(above).sizeInBytes() < sizeInBytes) {
            above++;
        }
        if (above == 0 || !hasRoom(losses.length)) {
            return log(losses[above]);
        }
        double left = front.get(above - 1).sizeInBytes();
        double share = Math.min(1, (sizeInBytes - left) / (front.get(above).sizeInBytes() - left));
        return (1 - share) * log(losses[above - 1]) + share * log(losses[above]);
    }

    private boolean hasRoom(int points) {
        return points < settings.offspring();
    }

    @Override
    public ISeq<Phenotype<IntegerGene, Vec<double[]>>> eval(Seq<Phenotype<IntegerGene, Vec<double[]>>> population) {
        if (population.forAll(Phenotype::isEvaluated)) {
            return ISeq.of(population);
        }
        LinkedHashSet<Assignment> offspring = new LinkedHashSet<>();
        population.stream()
                .filter(Phenotype::nonEvaluated)
                .map(one -> codec.decode(one.genotype()))
                .forEach(offspring::add);
        offspring.removeAll(scores.keySet());
        offspring.removeIf(one -> space.sizeInBytes(one) < lower.sizeInBytes()); // a trade may free bytes
        long generation =
                population.stream().mapToLong(Phenotype::generation).max().orElseThrow();
        latest = select(new ArrayList<>(offspring), Math.toIntExact(generation));
        return population.stream().map(this::scored).collect(ISeq.toISeq());
    }

    /** Through all stages, but for the first population, which is not thinned: it is scored in the last one only. */
    private Outcome select(List<Assignment> offspring, int generation) {
        List<StageOutcome> stages = new ArrayList<>();
        List<Assistance.Observation> observations = new ArrayList<>();
        List<Assignment> candidates = offspring;
        int stage = front.isEmpty() ? settings.lastStage() : 0;
        for (; stage <= settings.lastStage() && !candidates.isEmpty(); stage++) {
            List<Assignment> all = new ArrayList<>(candidates);
            all.addAll(front());
            Effort effort =
                    new Effort(generation, stage, settings.stages().get(stage).tokens(), sampleSeed);
            List<Score> reached = evaluator.evaluate(all, effort);
            List<Score> own = reached.subList(0, candidates.size());
            long tokens = reached.stream().mapToLong(Score::tokensEvaluated).sum();
            stages.add(new StageOutcome(
                    stage, effort.tokens(), own.stream().map(Score::loss).toList(), tokens));
            for (int index = 0; index < own.size(); index++) {
                observations.add(new Assistance.Observation(
                        candidates.get(index), own.get(index).loss(), effort));
                if (stage == settings.lastStage()) {
                    scores.put(candidates.get(index), own.get(index));
                }
            }
            if (stage < settings.lastStage()) {
                candidates = survivors(candidates, reached, settings.stages().get(stage));
            }
        }
        return offered(candidates, stages, observations);
    }

    /** Those furthest below the front on the text of the stage; in the order they came in. */
    private List<Assignment> survivors(List<Assignment> offspring, List<Score> reached, Stage stage) {
        double[] members =
                reached.stream().skip(offspring.size()).mapToDouble(Score::loss).toArray();
        double[] excess = IntStream.range(0, offspring.size())
                .mapToDouble(index ->
                        logOf(reached.get(index)) - logLossToBeat(space.sizeInBytes(offspring.get(index)), members))
                .toArray();
        return IntStream.range(0, offspring.size())
                .boxed()
                .sorted(Comparator.comparingDouble(index -> excess[index]))
                .limit(stage.survivors())
                .sorted()
                .map(offspring::get)
                .toList();
    }

    /**
     * Offers finalists to the front. A point takes the place of those it dominates only on evidence, sequence by sequence;
     * one of another size is welcome while there is room.
     */
    private Outcome offered(
            List<Assignment> finalists, List<StageOutcome> stages, List<Assistance.Observation> observations) {
        boolean first = front.isEmpty();
        ParetoArchive<Assignment> archive = ParetoArchive.of(front);
        for (Assignment finalist : finalists) {
            double loss = scores.get(finalist).loss();
            if (Double.isFinite(loss)) {
                ParetoPoint<Assignment> point = new ParetoPoint<>(space.sizeInBytes(finalist), loss, finalist);
                if (first || isWelcome(point, archive.points())) {
                    archive.add(point);
                }
            }
        }
        if (archive.points().isEmpty()) {
            throw new IllegalArgumentException(
                    "None of the " + finalists.size()
                            + " assignments that a front begins with has a finite loss.\nMaybe the smallest levels break the model.");
        }
        front = archive.points();
        List<Assignment> accepted = finalists.stream().filter(front()::contains).toList();
        return new Outcome(accepted, stages, observations);
    }

    private boolean isWelcome(ParetoPoint<Assignment> point, List<ParetoPoint<Assignment>> members) {
        List<ParetoPoint<Assignment>> dominated = members.stream()
                .filter(member -> point.sizeInBytes() <= member.sizeInBytes() && point.loss() <= member.loss())
                .toList();
        return dominated.isEmpty()
                ? hasRoom(members.size())
                : dominated.stream().allMatch(member -> PairedComparison.of(
                                scores.get(point.payload()), scores.get(member.payload()))
                        .firstIsBetter(settings.confidence()));
    }

    /** Those that were dropped on the way stand behind every point of the front. */
    private Phenotype<IntegerGene, Vec<double[]>> scored(Phenotype<IntegerGene, Vec<double[]>> one) {
        Assignment assignment = codec.decode(one.genotype());
        Score score = scores.get(assignment);
        Vec<double[]> fitness = score == null
                ? Vec.of(
                        (double) Math.max(
                                upper.sizeInBytes(), front.get(front.size() - 1).sizeInBytes()),
                        log(front.get(0).loss()))
                : vec(assignment, score);
        return Phenotype.of(one.genotype(), one.generation(), fitness);
    }

    private Vec<double[]> vec(Assignment assignment, Score score) {
        return Vec.of((double) space.sizeInBytes(assignment), logOf(score));
    }

    /** A loss that is not known is worse than any. */
    private static double logOf(Score score) {
        return Double.isNaN(score.loss()) ? Double.POSITIVE_INFINITY : log(score.loss());
    }

    /** A loss of zero, or below by rounding, is as good as the smallest number. */
    private static double log(double loss) {
        return Math.log(Math.max(loss, Double.MIN_NORMAL));
    }
}
