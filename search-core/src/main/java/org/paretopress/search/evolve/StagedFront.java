package org.paretopress.search.evolve;

import io.jenetics.IntegerGene;
import io.jenetics.Phenotype;
import io.jenetics.engine.Evaluator;
import io.jenetics.ext.moea.Pareto;
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
import org.paretopress.search.front.Hypervolume;
import org.paretopress.search.front.Knee;
import org.paretopress.search.front.ParetoArchive;
import org.paretopress.search.front.ParetoPoint;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * Staged selection for a front, behind the evaluator of a Jenetics engine. In each stage the offspring are ranked among
 * the members of the front as NSGA-II ranks (Deb et al., 2002), by size and the logarithm of the loss on the text of the
 * stage; those that are left after the last stage are offered to the front. One instance belongs to one run.
 */
final class StagedFront implements Evaluator<IntegerGene, Vec<double[]>> {

    /** Growth of the hypervolume, as a share, since it last grew by as much, below which a generation brought nothing. */
    private static final double LEAST_GROWTH = 1e-3;

    private final SearchSpace space;
    private final EvolutionSettings settings;
    private final CandidateEvaluator evaluator;
    private final AssignmentCodec codec;
    private final Budget lower;
    private final Budget upper;
    private final long sampleSeed;
    private final Map<Assignment, Score> scores = new HashMap<>();
    private List<ParetoPoint<Assignment>> front = List.of();
    private double grownTo;
    private double referenceLoss;
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
     * @param accepted how many are on the front
     * @param better whether the hypervolume has grown
     */
    record Outcome(
            int accepted, boolean better, List<StageOutcome> stages, List<Assistance.Observation> observations) {}

    Outcome latest() {
        return latest;
    }

    /** In bytes, ascending. */
    List<Long> sizes() {
        return front.stream().map(ParetoPoint::sizeInBytes).toList();
    }

    /** From the smallest to the largest. */
    List<Assignment> front() {
        return front.stream().map(ParetoPoint::payload).toList();
    }

    Fitness kneeFitness() {
        ParetoPoint<Assignment> knee = Knee.of(front);
        return new Fitness(settings.lastStage(), knee.loss(), knee.sizeInBytes());
    }

    /** Logarithm of the front's loss at a size: linear between its points, level beyond its ends. */
    double logLossAt(long sizeInBytes) {
        ParetoPoint<Assignment> below = front.get(0);
        for (ParetoPoint<Assignment> above : front) {
            if (above.sizeInBytes() >= sizeInBytes) {
                double span = above.sizeInBytes() - below.sizeInBytes();
                double share = span <= 0 ? 1 : Math.max(0, (sizeInBytes - below.sizeInBytes()) / span);
                return (1 - share) * log(below.loss()) + share * log(above.loss());
            }
            below = above;
        }
        return log(below.loss());
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
                candidates = survivors(
                        all, reached, candidates.size(), settings.stages().get(stage));
            }
        }
        return offered(candidates, stages, observations);
    }

    /** Offspring by rank among all, then the loneliest, then the earliest; in the order they came in. */
    private List<Assignment> survivors(List<Assignment> all, List<Score> reached, int offspring, Stage stage) {
        ISeq<Vec<double[]>> points = IntStream.range(0, all.size())
                .mapToObj(index -> vec(all.get(index), reached.get(index).loss()))
                .collect(ISeq.toISeq());
        int[] rank = Pareto.rank(points, Comparator.reverseOrder()); // which is of what is to be large
        double[] distance = Pareto.crowdingDistance(points);
        return IntStream.range(0, offspring)
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(index -> rank[index]).thenComparing(index -> -distance[index]))
                .limit(stage.survivors())
                .sorted()
                .map(all::get)
                .toList();
    }

    /**
     * Offers finalists to the front. A point takes the place of those it dominates only on evidence, sequence by sequence;
     * one of another size is welcome, and the least useful leaves while there are too many.
     */
    private Outcome offered(
            List<Assignment> finalists, List<StageOutcome> stages, List<Assistance.Observation> observations) {
        boolean first = front.isEmpty();
        ParetoArchive<Assignment> archive = ParetoArchive.of(front);
        for (Assignment finalist : finalists) {
            double loss = scores.get(finalist).loss();
            if (Double.isFinite(loss)) {
                ParetoPoint<Assignment> point = new ParetoPoint<>(space.sizeInBytes(finalist), loss, finalist);
                if (first || beatsAllItDominates(point, archive.points())) {
                    archive.add(point);
                }
            }
        }
        if (archive.points().isEmpty()) {
            throw new IllegalArgumentException(
                    "None of the " + finalists.size()
                            + " assignments that a front begins with has a finite loss.\nMaybe the smallest levels break the model.");
        }
        front = mostUseful(archive.points());
        int accepted = (int) finalists.stream().filter(front()::contains).count();
        referenceLoss = first ? front.get(0).loss() : referenceLoss;
        double hypervolume = new Hypervolume(upper.sizeInBytes() + 1, referenceLoss).of(front);
        boolean better = hypervolume > grownTo * (1 + LEAST_GROWTH);
        grownTo = better ? hypervolume : grownTo;
        return new Outcome(accepted, better, stages, observations);
    }

    private boolean beatsAllItDominates(ParetoPoint<Assignment> point, List<ParetoPoint<Assignment>> members) {
        return members.stream()
                .filter(member -> point.sizeInBytes() <= member.sizeInBytes() && point.loss() <= member.loss())
                .allMatch(member -> PairedComparison.of(scores.get(point.payload()), scores.get(member.payload()))
                        .firstIsBetter(PairedComparison.EVIDENCE));
    }

    /**
     * Without the points that add least to the area between front and axes while there are too many, on the logarithmic
     * scale of losses (SMS-EMOA: Beume, Naujoks and Emmerich, 2007); the ends stay.
     */
    private List<ParetoPoint<Assignment>> mostUseful(List<ParetoPoint<Assignment>> points) {
        List<ParetoPoint<Assignment>> kept = new ArrayList<>(points);
        while (kept.size() > settings.offspring()) {
            int least = IntStream.range(1, kept.size() - 1)
                    .boxed()
                    .min(Comparator.comparingDouble(index -> areaOf(index, kept)))
                    .orElse(kept.size() - 1);
            kept.remove(least);
        }
        return kept;
    }

    /** What an inner point alone dominates. */
    private static double areaOf(int index, List<ParetoPoint<Assignment>> points) {
        double width = points.get(index + 1).sizeInBytes() - points.get(index).sizeInBytes();
        return width
                * (log(points.get(index - 1).loss()) - log(points.get(index).loss()));
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
                : vec(assignment, score.loss());
        return Phenotype.of(one.genotype(), one.generation(), fitness);
    }

    private Vec<double[]> vec(Assignment assignment, double loss) {
        return Vec.of(
                (double) space.sizeInBytes(assignment), log(Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss));
    }

    /** A loss of zero, or below by rounding, is as good as the smallest number. */
    private static double log(double loss) {
        return Math.log(Math.max(loss, Double.MIN_NORMAL));
    }
}
