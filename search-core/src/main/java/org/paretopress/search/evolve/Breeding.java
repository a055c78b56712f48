package org.paretopress.search.evolve;

import io.jenetics.Alterer;
import io.jenetics.AltererResult;
import io.jenetics.IntegerGene;
import io.jenetics.Phenotype;
import io.jenetics.util.ISeq;
import io.jenetics.util.Seq;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.space.Assignment;

/**
 * Breeds one offspring from every parent that an engine hands over. Offspring differ from their parents and from each
 * other as long as {@value #ATTEMPTS} draws find something new; in a space with fewer neighbours than offspring some
 * are repeated. A draw is a function of (seed, generation, index of the offspring, attempt).
 */
final class Breeding<C extends Comparable<? super C>> implements Alterer<IntegerGene, C> {

    private static final int ATTEMPTS = 64;

    private final AssignmentCodec codec;
    private final Mutation mutation;
    private final int litter;
    private final Function<List<Assignment>, List<Double>> promise;
    private final long seed;

    /** Everything that is bred is an offspring. */
    Breeding(AssignmentCodec codec, Mutation mutation, long seed) {
        this(codec, mutation, 1, litter -> litter.stream().map(one -> 0.0).toList(), seed);
    }

    /**
     * Of everything that is bred, the most promising are offspring.
     *
     * @param litter how many are bred for each offspring, at least 1
     * @param promise a number for each that is bred; the lowest promise most
     */
    Breeding(
            AssignmentCodec codec,
            Mutation mutation,
            int litter,
            Function<List<Assignment>, List<Double>> promise,
            long seed) {
        this.codec = codec;
        this.mutation = mutation;
        this.litter = litter;
        this.promise = promise;
        this.seed = seed;
    }

    /**
     * Mutates every individual; the result holds no fitness yet.
     *
     * @throws IllegalArgumentException if nothing is legal from an individual
     */
    @Override
    public AltererResult<IntegerGene, C> alter(Seq<Phenotype<IntegerGene, C>> population, long generation) {
        List<Assignment> parents =
                population.stream().map(one -> codec.decode(one.genotype())).toList();
        ISeq<Phenotype<IntegerGene, C>> offspring = offspring(parents, generation).stream()
                .map(child -> Phenotype.<IntegerGene, C>of(codec.encode(child), generation))
                .collect(ISeq.toISeq());
        return new AltererResult<>(offspring, offspring.size());
    }

    /** As many offspring as parents; in order of breeding. */
    List<Assignment> offspring(List<Assignment> parents, long generation) {
        Set<Assignment> known = new HashSet<>(parents);
        List<Assignment> bred = new ArrayList<>();
        for (int index = 0; index < litter * parents.size(); index++) {
            Assignment child = unlike(known, parents.get(index % parents.size()), generation, index);
            known.add(child);
            bred.add(child);
        }
        List<Double> promised = promise.apply(bred);
        return IntStream.range(0, bred.size())
                .boxed()
                .sorted(Comparator.comparing(promised::get))
                .limit(parents.size())
                .sorted()
                .map(bred::get)
                .toList();
    }

    /** Where nothing new is found, something that was seen before but is not the parent. */
    private Assignment unlike(Set<Assignment> known, Assignment parent, long generation, int index) {
        Assignment repeated = parent;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Assignment child = mutation.mutate(parent, Draws.random(seed, generation, index, attempt));
            if (!known.contains(child)) {
                return child;
            }
            repeated = repeated.equals(parent) ? child : repeated;
        }
        return repeated;
    }
}
