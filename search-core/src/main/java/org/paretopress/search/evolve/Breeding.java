package org.paretopress.search.evolve;

import io.jenetics.Alterer;
import io.jenetics.AltererResult;
import io.jenetics.IntegerGene;
import io.jenetics.Phenotype;
import io.jenetics.util.ISeq;
import io.jenetics.util.Seq;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.space.Assignment;

/**
 * Breeds one offspring from every parent that an engine hands over. Offspring differ from their parents and from each
 * other as long as {@value #ATTEMPTS} draws find something new; in a space with fewer neighbours than offspring some
 * are repeated. A draw is a function of (seed, generation, index of the offspring, round, number, attempt).
 */
final class Breeding<C extends Comparable<? super C>> implements Alterer<IntegerGene, C> {

    private static final int ATTEMPTS = 64;
    private static final int MOST_ROUNDS = 8;

    private final AssignmentCodec codec;
    private final Mutation mutation;
    private final int litter;
    private final Function<List<Assignment>, List<Double>> promise;
    private final long seed;
    private List<Offspring> latest = List.of();

    /** Every offspring is one mutation away from its parent. */
    Breeding(AssignmentCodec codec, Mutation mutation, long seed) {
        this(codec, mutation, 1, litter -> List.of(), seed);
    }

    /**
     * Every offspring is the most promising of a litter; some have it bred on, up to {@value #MOST_ROUNDS} times in all, so
     * that small gains which only a predictor sees add up to one that can be measured.
     *
     * @param litter how many are bred in each round, at least 1
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
        latest = offspring(parents, generation);
        ISeq<Phenotype<IntegerGene, C>> offspring = latest.stream()
                .map(child -> Phenotype.<IntegerGene, C>of(codec.encode(child.assignment()), generation))
                .collect(ISeq.toISeq());
        return new AltererResult<>(offspring, offspring.size());
    }

    /**
     * What became of the operators' distinct offspring of the last generation; operators that bred none are left out.
     *
     * @param accepted the offspring that became one of the best
     */
    List<OperatorOutcome> outcomes(Collection<Assignment> accepted) {
        List<OperatorOutcome> outcomes = new ArrayList<>();
        Map<Assignment, Operator> distinct = new LinkedHashMap<>();
        latest.forEach(one -> distinct.putIfAbsent(one.assignment(), one.operator()));
        for (Operator operator : Operator.values()) {
            List<Assignment> own = distinct.keySet().stream()
                    .filter(one -> distinct.get(one) == operator)
                    .toList();
            int taken = (int) own.stream().filter(accepted::contains).count();
            if (!own.isEmpty()) {
                outcomes.add(new OperatorOutcome(operator, own.size(), taken));
            }
        }
        return outcomes;
    }

    /** One offspring per parent, in order. */
    List<Offspring> offspring(List<Assignment> parents, long generation) {
        Set<Assignment> known = new HashSet<>(parents);
        List<Offspring> offspring = new ArrayList<>();
        for (int index = 0; index < parents.size(); index++) {
            Offspring child = new Offspring(parents.get(index), null);
            int rounds = litter == 1 ? 1 : 1 + index % MOST_ROUNDS;
            for (int round = 0; round < rounds; round++) {
                Offspring bred = bestOfLitter(known, child.assignment(), Draws.seed(seed, generation, index, round));
                child = bred.operator() == null ? child : bred;
            }
            known.add(child.assignment());
            offspring.add(child);
        }
        return offspring;
    }

    /** The first of the most promising, where that is any better than the others. */
    private Offspring bestOfLitter(Set<Assignment> known, Assignment parent, long litterSeed) {
        List<Offspring> bred = new ArrayList<>();
        for (int number = 0; number < litter; number++) {
            bred.add(unlike(known, parent, Draws.seed(litterSeed, number)));
        }
        List<Double> promised = litter == 1
                ? List.of(0.0)
                : promise.apply(bred.stream().map(Offspring::assignment).toList());
        return IntStream.range(0, litter)
                .boxed()
                .min(Comparator.comparing(promised::get))
                .map(bred::get)
                .orElseThrow();
    }

    /** Where nothing new is found, something that was seen before but is not the parent. */
    private Offspring unlike(Set<Assignment> known, Assignment parent, long childSeed) {
        Offspring repeated = new Offspring(parent, null);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Offspring child = mutation.mutate(parent, Draws.random(childSeed, attempt));
            if (!known.contains(child.assignment())) {
                return child;
            }
            repeated = repeated.assignment().equals(parent) ? child : repeated;
        }
        return repeated;
    }
}
