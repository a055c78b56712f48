package org.paretopress.search.evolve;

import io.jenetics.Genotype;
import io.jenetics.IntegerGene;
import io.jenetics.Phenotype;
import io.jenetics.TruncationSelector;
import io.jenetics.engine.Engine;
import io.jenetics.engine.EvolutionResult;
import io.jenetics.engine.EvolutionStart;
import io.jenetics.util.ISeq;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.paretopress.search.allocate.RandomAllocator;
import org.paretopress.search.allocate.UniformAllocator;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.predict.LossPredictor;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * EvoPress (Sieberling et al., ICML 2025, Algorithm 1): a (1 + λ) evolution with level-switch mutation and staged
 * selection, at a fixed budget. Beyond it, the first parent can be given, a predictor can choose among many more
 * offspring than are scored, and bytes are traded between layers where no level switch is legal from the first parent.
 *
 * <p>The result is a function of space, budget, settings, start and evaluator: random draws depend on (seed, budget,
 * generation, stage, candidate) only, and the engine runs in the calling thread. So a search that was interrupted is
 * resumed by running it again over an evaluator that remembers its scores.
 */
public final class EvolutionSearch {

    private final SearchSpace space;
    private final Budget budget;
    private final EvolutionSettings settings;
    private final CandidateEvaluator evaluator;
    private final Optional<Assignment> start;
    private final Optional<double[][]> errors;
    private final AssignmentCodec codec;
    private final Mutation mutation;
    private final List<Assignment> candidates;

    /**
     * As published.
     *
     * @throws org.paretopress.search.space.UnreachableBudgetException if the smallest assignment is above the budget
     * @throws IllegalArgumentException if no mutation is legal from any first parent
     */
    public EvolutionSearch(SearchSpace space, Budget budget, EvolutionSettings settings, CandidateEvaluator evaluator) {
        this(space, budget, settings, evaluator, Optional.empty(), Optional.empty());
    }

    /**
     * @param start the first parent, within the budget
     * @param errors [layer][level] whose sums a predictor starts from, which then chooses the offspring to be scored; such
     *     a search also trades bytes between layers of different shapes, and its acceptance is paired
     * @throws IllegalArgumentException if the start is above the budget, or no mutation is legal from any first parent
     */
    public EvolutionSearch(
            SearchSpace space,
            Budget budget,
            EvolutionSettings settings,
            CandidateEvaluator evaluator,
            Optional<Assignment> start,
            Optional<double[][]> errors) {
        budget.requireFits(space);
        this.space = space;
        this.budget = budget;
        this.settings = settings;
        this.evaluator = evaluator;
        this.start = start;
        this.errors = errors;
        this.codec = new AssignmentCodec(space);
        start.ifPresent(this::requireWithinBudget);
        List<Assignment> first = firstCandidates();
        Mutation switches = new LevelSwitchMutation(space, budget);
        this.mutation =
                errors.isPresent() || mixesDepth(space) || first.stream().noneMatch(switches::anyFrom)
                        ? new EitherMutation(switches, new Exchange(space, budget))
                        : switches;
        this.candidates = requireMutation(first);
    }

    /** Whether sub-blocks may be dropped beside other choices: level switches alone would never drop the first. */
    private static boolean mixesDepth(SearchSpace space) {
        return !space.subBlocks().isEmpty()
                && IntStream.range(0, space.layers().size())
                        .anyMatch(layer -> space.layers().get(layer).levels().size() > 1 + space.lowestKept(layer));
    }

    /** Runs all generations; see {@link #run(Consumer, Predicate)}. */
    public Generation run(Consumer<Generation> listener) {
        return run(listener, generation -> false);
    }

    /**
     * Runs to the last generation, or until {@code stop} says so.
     *
     * @param listener told of every generation, beginning with the choice of the first parent (number 0)
     * @param stop asked after every generation, the first included
     * @return the last generation
     */
    public Generation run(Consumer<Generation> listener, Predicate<Generation> stop) {
        StagedSelection selection = new StagedSelection(space, budget, settings, evaluator);
        StagedEvaluator staged = new StagedEvaluator(codec, selection);
        Optional<Assistance> assistance = errors.map(table -> new Assistance(new LossPredictor(space, table)));
        Breeding<Fitness> breeding = breeding(assistance);
        Engine<IntegerGene, Fitness> engine = engine(staged, breeding);

        Generation current = firstGeneration(selection);
        listener.accept(current);
        EvolutionStart<IntegerGene, Fitness> next = startFrom(current);
        while (current.number() < settings.generations() && !stop.test(current)) {
            EvolutionResult<IntegerGene, Fitness> result = engine.evolve(next);
            current = next(current, staged.latest(), breeding, assistance);
            listener.accept(current);
            next = result.next();
        }
        return current;
    }

    private static Generation next(
            Generation current,
            StagedSelection.Outcome outcome,
            Breeding<Fitness> breeding,
            Optional<Assistance> assistance) {
        Double rank = assistance
                .map(one -> one.learn(outcome.observations(), offspring -> 0))
                .orElse(null);
        Set<Assignment> accepted = outcome.best().equals(current.parent()) ? Set.of() : Set.of(outcome.best());
        return current.next(
                List.of(outcome.best()),
                List.of(outcome.fitness()),
                outcome.fitness(),
                breeding.outcomes(accepted),
                accepted.size(),
                outcome.stages(),
                rank);
    }

    /** One parent, λ offspring all bred from it, the best of both survives; nobody dies of age. */
    private Engine<IntegerGene, Fitness> engine(StagedEvaluator staged, Breeding<Fitness> breeding) {
        Genotype<IntegerGene> lowest = codec.encode(lowest());
        return new Engine.Builder<>(staged, () -> lowest)
                .minimizing()
                .populationSize(1 + settings.offspring())
                .survivorsSize(1)
                .offspringSize(settings.offspring())
                .survivorsSelector(new TruncationSelector<>(1))
                .offspringSelector(new TruncationSelector<>(1))
                .alterers(breeding)
                .maximalPhenotypeAge(Long.MAX_VALUE)
                .executor(Runnable::run)
                .build();
    }

    private Breeding<Fitness> breeding(Optional<Assistance> assistance) {
        long seed = Draws.seed(settings.seed(), budget.sizeInBytes());
        return assistance
                .map(one -> new Breeding<Fitness>(codec, mutation, Assistance.LITTER, one::promise, seed))
                .orElseGet(() -> new Breeding<>(codec, mutation, seed));
    }

    /**
     * Of which the first parent is chosen. Without a start, where a uniform level has exactly the size of the budget it is
     * the only one. In all other cases the published code is followed: λ random candidates, filled up to the budget from
     * the largest uniform assignment below it, go through one staged selection.
     */
    private List<Assignment> firstCandidates() {
        Assignment below =
                start.or(() -> new UniformAllocator(space).find(budget)).orElseGet(this::lowest);
        if (start.isPresent() || space.sizeInBytes(below) == budget.sizeInBytes()) {
            return List.of(below);
        }
        RandomAllocator random = new RandomAllocator(space, Draws.seed(settings.seed(), budget.sizeInBytes()));
        return LongStream.range(0, settings.offspring())
                .mapToObj(index -> random.fill(below, budget, index))
                .toList();
    }

    private Generation firstGeneration(StagedSelection selection) {
        return first(
                candidates.size() == 1
                        ? selection.first(candidates.get(0))
                        : selection.select(candidates, Optional.empty(), 0));
    }

    private static Generation first(StagedSelection.Outcome outcome) {
        return Generation.first(
                List.of(outcome.best()), List.of(outcome.fitness()), outcome.fitness(), outcome.stages());
    }

    /** Those of the starts that a mutation leads away from; an error, before anything is scored, if there is none. */
    private List<Assignment> requireMutation(List<Assignment> starts) {
        List<Assignment> open = starts.stream().filter(mutation::anyFrom).toList();
        if (open.isEmpty()) {
            throw new LevelSwitches(space, budget).noneFrom(starts.get(0));
        }
        return open;
    }

    private void requireWithinBudget(Assignment first) {
        long size = space.sizeInBytes(first);
        if (size > budget.sizeInBytes()) {
            throw new IllegalArgumentException("The first parent has " + size + " bytes, the budget is "
                    + budget.sizeInBytes() + ".\nMaybe it was found for a larger budget.");
        }
    }

    private EvolutionStart<IntegerGene, Fitness> startFrom(Generation generation) {
        Phenotype<IntegerGene, Fitness> parent =
                Phenotype.of(codec.encode(generation.parent()), generation.number(), generation.fitness());
        return EvolutionStart.of(ISeq.of(parent), generation.number() + 1L);
    }

    private Assignment lowest() {
        return Assignment.uniform(space.layers().size(), 0);
    }
}
