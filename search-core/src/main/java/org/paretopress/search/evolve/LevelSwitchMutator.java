package org.paretopress.search.evolve;

import io.jenetics.Alterer;
import io.jenetics.AltererResult;
import io.jenetics.IntegerGene;
import io.jenetics.Phenotype;
import io.jenetics.util.ISeq;
import io.jenetics.util.Seq;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * The level-switch mutation of EvoPress (Sieberling et al., ICML 2025, Section 3): the smaller of two uniform draws
 * from {1, 2, 3} is the number of switches, each of which lowers one layer by a level and raises a like one. The size
 * never exceeds the budget, so no repair is needed.
 *
 * <p>Offspring differ from their parents and from each other as long as {@value #ATTEMPTS} draws find something new;
 * in a space with fewer neighbours than offspring some are repeated. A draw is a function of (seed, generation,
 * index of the offspring, attempt).
 */
public final class LevelSwitchMutator implements Alterer<IntegerGene, Fitness> {

    private static final int MOST_SWITCHES = 3;
    private static final int ATTEMPTS = 64;

    private final AssignmentCodec codec;
    private final LevelSwitches switches;
    private final long seed;

    public LevelSwitchMutator(SearchSpace space, Budget budget, long seed) {
        this.codec = new AssignmentCodec(space);
        this.switches = new LevelSwitches(space, budget);
        this.seed = seed;
    }

    /**
     * Mutates every individual; the result holds no fitness yet.
     *
     * @throws IllegalArgumentException if no switch is legal from an individual
     */
    @Override
    public AltererResult<IntegerGene, Fitness> alter(Seq<Phenotype<IntegerGene, Fitness>> population, long generation) {
        List<Assignment> parents =
                population.stream().map(one -> codec.decode(one.genotype())).toList();
        ISeq<Phenotype<IntegerGene, Fitness>> offspring = offspring(parents, generation).stream()
                .map(child -> Phenotype.<IntegerGene, Fitness>of(codec.encode(child), generation))
                .collect(ISeq.toISeq());
        return new AltererResult<>(offspring, offspring.size());
    }

    /** One offspring per parent, in order. */
    List<Assignment> offspring(List<Assignment> parents, long generation) {
        Set<Assignment> known = new HashSet<>(parents);
        List<Assignment> offspring = new ArrayList<>();
        for (int index = 0; index < parents.size(); index++) {
            Assignment child = unlike(known, parents.get(index), generation, index);
            known.add(child);
            offspring.add(child);
        }
        return offspring;
    }

    /** Where nothing new is found the last resort is a single switch, which at least leaves the parent. */
    private Assignment unlike(Set<Assignment> known, Assignment parent, long generation, int index) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Assignment child = mutated(parent, Draws.random(seed, generation, index, attempt));
            if (!known.contains(child)) {
                return child;
            }
        }
        return switches.drawFrom(parent, Draws.random(seed, generation, index, ATTEMPTS));
    }

    private Assignment mutated(Assignment parent, SplittableRandom random) {
        int count = 1 + Math.min(random.nextInt(MOST_SWITCHES), random.nextInt(MOST_SWITCHES));
        Assignment child = parent;
        for (int done = 0; done < count; done++) {
            child = switches.drawFrom(child, random);
        }
        return child;
    }
}
