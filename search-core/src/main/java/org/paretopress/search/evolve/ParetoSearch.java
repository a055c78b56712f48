package org.paretopress.search.evolve;

import io.jenetics.Genotype;
import io.jenetics.IntegerGene;
import io.jenetics.Optimize;
import io.jenetics.Phenotype;
import io.jenetics.engine.Engine;
import io.jenetics.engine.EvolutionResult;
import io.jenetics.engine.EvolutionStart;
import io.jenetics.ext.moea.NSGA2Selector;
import io.jenetics.ext.moea.UFTournamentSelector;
import io.jenetics.ext.moea.Vec;
import io.jenetics.util.ISeq;
import io.jenetics.util.RandomRegistry;
import io.jenetics.util.Seq;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.predict.LossPredictor;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * The whole front between two sizes in one run: NSGA-II (Deb et al., 2002; the selectors are those of Jenetics) with the
 * mutations of {@link EvolutionSearch} and some that change the size, and with its staged selection, so that most
 * offspring are dropped after little text.
 *
 * <p>All candidates see the same text: that of a stage is the beginning of that of the next. So a member of the front is
 * scored once, losses of different generations can be compared, and no point is replaced by luck on less text. Nor by luck on
 * the same text: what takes its place has to be better by a comparison sequence by sequence.
 *
 * <p>The result is a function of space, sizes, settings, seeds and evaluator.
 */
public final class ParetoSearch {

    private static final long DRAW = 0x70617265746fL;

    private final SearchSpace space;
    private final Budget lower;
    private final Budget upper;
    private final EvolutionSettings settings;
    private final CandidateEvaluator evaluator;
    private final List<Assignment> seeds;
    private final Optional<double[][]> errors;
    private final AssignmentCodec codec;

    /**
     * @param settings the population has as many members as a generation has offspring
     * @param seeds the first population, at least one, of sizes within the range; no more than the population are used
     * @param errors [layer][level] whose sums a predictor starts from, which then chooses the offspring to be scored
     * @throws IllegalArgumentException if the range is empty, or a seed outside of it
     */
    public ParetoSearch(
            SearchSpace space,
            Budget lower,
            Budget upper,
            EvolutionSettings settings,
            CandidateEvaluator evaluator,
            List<Assignment> seeds,
            Optional<double[][]> errors) {
        upper.requireFits(space);
        this.space = space;
        this.lower = lower;
        this.upper = upper;
        this.settings = settings;
        this.evaluator = evaluator;
        this.seeds = seeds.stream().distinct().limit(settings.offspring()).toList();
        this.errors = errors;
        this.codec = new AssignmentCodec(space);
        requireSeeds();
    }

    /**
     * Runs to the last generation, or until {@code stop} says so.
     *
     * @param listener told of every generation, beginning with the seeds (number 0)
     * @param stop asked after every generation, the first included
     * @return the last generation, whose best are the front from the smallest to the largest
     */
    public Generation run(Consumer<Generation> listener, Predicate<Generation> stop) {
        StagedFront staged = new StagedFront(space, lower, upper, settings, evaluator, codec);
        Optional<Assistance> assistance = errors.map(table -> new Assistance(new LossPredictor(space, table)));
        Breeding<Vec<double[]>> breeding = breeding(staged, assistance);
        Engine<IntegerGene, Vec<double[]>> engine = engine(staged, breeding);

        ISeq<Phenotype<IntegerGene, Vec<double[]>>> population = seeds.stream()
                .map(seed -> Phenotype.<IntegerGene, Vec<double[]>>of(codec.encode(seed), 0))
                .collect(ISeq.toISeq());
        EvolutionStart<IntegerGene, Vec<double[]>> next = EvolutionStart.of(staged.eval(population), 1);
        Generation current = Generation.first(
                staged.front(),
                staged.reached(),
                staged.kneeFitness(),
                staged.latest().stages());
        assistance.ifPresent(one -> one.learn(staged.latest().observations(), seed -> 0));
        listener.accept(current);
        while (current.number() < settings.generations() && !stop.test(current)) {
            EvolutionStart<IntegerGene, Vec<double[]>> start = next;
            SplittableRandom random = Draws.random(settings.seed(), DRAW, current.number());
            EvolutionResult<IntegerGene, Vec<double[]>> result =
                    RandomRegistry.with(random, unused -> engine.evolve(start));
            StagedFront.Outcome outcome = staged.latest();
            Double rank = assistance
                    .map(one -> one.learn(
                            outcome.observations(), learnt -> staged.logLossToBeat(space.sizeInBytes(learnt))))
                    .orElse(null);
            current = current.next(
                    staged.front(),
                    staged.reached(),
                    staged.kneeFitness(),
                    breeding.outcomes(outcome.accepted()),
                    outcome.accepted().size(),
                    outcome.stages(),
                    rank);
            listener.accept(current);
            next = result.next();
        }
        return current;
    }

    private Engine<IntegerGene, Vec<double[]>> engine(StagedFront staged, Breeding<Vec<double[]>> breeding) {
        Genotype<IntegerGene> any = codec.encode(seeds.get(0));
        return new Engine.Builder<>(staged, () -> any)
                .minimizing()
                .populationSize(2 * settings.offspring())
                .survivorsSize(settings.offspring())
                .offspringSize(settings.offspring())
                .survivorsSelector(NSGA2Selector.ofVec())
                .offspringSelector((population, count, optimize) -> parents(staged, population, count, optimize))
                .alterers(breeding)
                .maximalPhenotypeAge(Long.MAX_VALUE)
                .executor(Runnable::run)
                .build();
    }

    private Breeding<Vec<double[]>> breeding(StagedFront staged, Optional<Assistance> assistance) {
        long seed = Draws.seed(settings.seed(), DRAW);
        Mutation resize = new EitherMutation(new Resize(space, lower, upper), new Relocate(space, staged::sizes));
        Mutation mutation = new OrStay(new EitherMutation(new SameSize(space), resize));
        return assistance
                .map(one -> new Breeding<Vec<double[]>>(
                        codec, mutation, Assistance.LITTER, bred -> excess(bred, one, staged), seed))
                .orElseGet(() -> new Breeding<>(codec, mutation, seed));
    }

    /** By tournaments among the survivors, which take two; of one it is the only parent. */
    static ISeq<Phenotype<IntegerGene, Vec<double[]>>> parents(
            StagedFront staged, Seq<Phenotype<IntegerGene, Vec<double[]>>> population, int count, Optimize optimize) {
        ISeq<Phenotype<IntegerGene, Vec<double[]>>> alive =
                population.stream().filter(staged::reachedTheLastStage).collect(ISeq.toISeq());
        ISeq<Phenotype<IntegerGene, Vec<double[]>>> survivors =
                NSGA2Selector.<IntegerGene, double[], Vec<double[]>>ofVec()
                        .select(alive, Math.min(count, alive.size()), optimize);
        return survivors.size() == 1
                ? ISeq.of(Collections.nCopies(count, survivors.get(0)))
                : UFTournamentSelector.<IntegerGene, double[], Vec<double[]>>ofVec()
                        .select(survivors, count, optimize);
    }

    /** How far each is predicted to be above what it has to beat, at best; in logarithms of the loss. */
    private List<Double> excess(List<Assignment> bred, Assistance assistance, StagedFront staged) {
        List<Double> promised = assistance.promise(bred);
        return IntStream.range(0, bred.size())
                .mapToObj(index -> promised.get(index) - staged.logLossToBeat(space.sizeInBytes(bred.get(index))))
                .toList();
    }

    private void requireSeeds() {
        if (lower.sizeInBytes() > upper.sizeInBytes() || seeds.isEmpty()) {
            throw new IllegalArgumentException("A front from " + lower.sizeInBytes() + " to " + upper.sizeInBytes()
                    + " bytes has " + seeds.size() + " seeds.\nMaybe the two ends were swapped.");
        }
        for (Assignment seed : seeds) {
            long size = space.sizeInBytes(seed);
            if (size < lower.sizeInBytes() || size > upper.sizeInBytes()) {
                throw new IllegalArgumentException("A seed of the front has " + size + " bytes, outside of "
                        + lower.sizeInBytes() + " to " + upper.sizeInBytes()
                        + ".\nMaybe it was allocated for another range.");
            }
        }
    }
}
