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
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.paretopress.search.allocate.RandomAllocator;
import org.paretopress.search.allocate.UniformAllocator;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.front.Checkpoint;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * EvoPress (Sieberling et al., ICML 2025, Algorithm 1): a (1 + λ) evolution with level-switch mutation and staged
 * selection, at a fixed budget.
 *
 * <p>The result is a function of space, budget, settings and evaluator: random draws depend on (seed, budget,
 * generation, stage, candidate) only, and the engine runs in the calling thread.
 */
public final class EvolutionSearch {

    private final SearchSpace space;
    private final Budget budget;
    private final EvolutionSettings settings;
    private final CandidateEvaluator evaluator;
    private final AssignmentCodec codec;

    /** @throws org.paretopress.search.space.UnreachableBudgetException if the smallest assignment is above the budget */
    public EvolutionSearch(SearchSpace space, Budget budget, EvolutionSettings settings, CandidateEvaluator evaluator) {
        budget.requireFits(space);
        this.space = space;
        this.budget = budget;
        this.settings = settings;
        this.evaluator = evaluator;
        this.codec = new AssignmentCodec(space);
    }

    /** Runs all generations; see {@link #run(Optional, Consumer, Predicate)}. */
    public Generation run(Optional<Checkpoint> resume, Consumer<Generation> listener) {
        return run(resume, listener, generation -> false);
    }

    /**
     * Runs to the last generation, or until {@code stop} says so.
     *
     * @param resume where an earlier run of the same search stopped; the rest is the same as without the interruption
     * @param listener told of every generation, beginning with the choice of the first parent (number 0); not told
     *     again of the one that is resumed
     * @param stop asked after every generation, the first or resumed one included
     * @return the last generation; the resumed one (without its stages) if there is nothing left to do
     * @throws IllegalArgumentException if no level switch is legal from the first parent, or if the checkpoint belongs
     *     to another space or a larger budget
     */
    public Generation run(Optional<Checkpoint> resume, Consumer<Generation> listener, Predicate<Generation> stop) {
        StagedSelection selection = new StagedSelection(settings, budget, evaluator);
        StagedEvaluator staged = new StagedEvaluator(codec, selection);
        Engine<IntegerGene, Fitness> engine = engine(staged);

        Generation current = resume.map(this::resumed).orElseGet(() -> firstGeneration(selection));
        if (resume.isEmpty()) {
            listener.accept(current);
        }
        EvolutionStart<IntegerGene, Fitness> start = startAfter(current);
        while (current.number() < settings.generations() && !stop.test(current)) {
            EvolutionResult<IntegerGene, Fitness> result = engine.evolve(start);
            current = current.next(staged.latest());
            listener.accept(current);
            start = result.next();
        }
        return current;
    }

    /** One parent, λ offspring all bred from it, the best of both survives; nobody dies of age. */
    private Engine<IntegerGene, Fitness> engine(StagedEvaluator staged) {
        Genotype<IntegerGene> lowest = codec.encode(lowest());
        return new Engine.Builder<>(staged, () -> lowest)
                .minimizing()
                .populationSize(1 + settings.offspring())
                .survivorsSize(1)
                .offspringSize(settings.offspring())
                .survivorsSelector(new TruncationSelector<>(1))
                .offspringSelector(new TruncationSelector<>(1))
                .alterers(new LevelSwitchMutator(space, budget, Draws.seed(settings.seed(), budget.sizeInBytes())))
                .maximalPhenotypeAge(Long.MAX_VALUE)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Where a uniform level has exactly the size of the budget it is the first parent, scored like any parent. In all
     * other cases the published code is followed: λ random candidates, filled up to the budget from the largest
     * uniform assignment below it, go through one staged selection.
     */
    private Generation firstGeneration(StagedSelection selection) {
        Assignment below = new UniformAllocator(space).find(budget).orElseGet(this::lowest);
        if (space.sizeInBytes(below) == budget.sizeInBytes()) {
            requireSwitch(List.of(below));
            return Generation.first(selection.select(List.of(), Optional.of(below), 0));
        }
        RandomAllocator random = new RandomAllocator(space, Draws.seed(settings.seed(), budget.sizeInBytes()));
        List<Assignment> filled = LongStream.range(0, settings.offspring())
                .mapToObj(index -> random.fill(below, budget, index))
                .toList();
        return Generation.first(selection.select(requireSwitch(filled), Optional.empty(), 0));
    }

    /** Those of the starts that a switch leads away from; an error, before anything is scored, if there is none. */
    private List<Assignment> requireSwitch(List<Assignment> starts) {
        LevelSwitches switches = new LevelSwitches(space, budget);
        List<Assignment> open = starts.stream().filter(switches::anyFrom).toList();
        if (open.isEmpty()) {
            throw switches.noneFrom(starts.get(0));
        }
        return open;
    }

    private Generation resumed(Checkpoint checkpoint) {
        long size = space.sizeInBytes(checkpoint.parent());
        if (size > budget.sizeInBytes()) {
            throw new IllegalArgumentException("The parent of the checkpoint has " + size + " bytes, the budget is "
                    + budget.sizeInBytes() + ".\nMaybe it belongs to a run with a larger budget.");
        }
        requireSwitch(List.of(checkpoint.parent()));
        return Generation.resumed(checkpoint);
    }

    private EvolutionStart<IntegerGene, Fitness> startAfter(Generation generation) {
        Phenotype<IntegerGene, Fitness> parent =
                Phenotype.of(codec.encode(generation.parent()), generation.number(), generation.fitness());
        return EvolutionStart.of(ISeq.of(parent), generation.number() + 1L);
    }

    private Assignment lowest() {
        return Assignment.uniform(space.layers().size(), 0);
    }
}
