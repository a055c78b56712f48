package org.paretopress.search.evolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenetics.IntegerGene;
import io.jenetics.Optimize;
import io.jenetics.Phenotype;
import io.jenetics.ext.moea.Vec;
import io.jenetics.util.ISeq;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.paretopress.search.Spaces;
import org.paretopress.search.allocate.RandomAllocator;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.front.Hypervolume;
import org.paretopress.search.front.ParetoPoint;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

class ParetoSearchTest {

    private static final List<Stage> STAGES = List.of(new Stage(8, 100), new Stage(1, 400));

    private final SearchSpace space = Spaces.alike(7, 4);
    private final Budget lower = Budget.ofAverageBits(space, 1.5);
    private final Budget upper = Budget.ofAverageBits(space, 3.5);

    private List<Assignment> randomSeeds(long seed) {
        RandomAllocator random = new RandomAllocator(space, seed);
        return LongStream.range(0, 12)
                .mapToObj(index -> random.allocate(
                        new Budget(lower.sizeInBytes() + index * (upper.sizeInBytes() - lower.sizeInBytes()) / 12),
                        index))
                .filter(one -> space.sizeInBytes(one) >= lower.sizeInBytes())
                .toList();
    }

    private ParetoSearch search(int generations, long seed, CandidateEvaluator evaluator) {
        EvolutionSettings settings = new EvolutionSettings(generations, 24, STAGES, seed, Acceptance.PAIRED);
        return new ParetoSearch(space, lower, upper, settings, evaluator, randomSeeds(seed), Optional.empty());
    }

    private double hypervolume(List<Assignment> front, SyntheticLoss loss) {
        List<ParetoPoint<Assignment>> points = front.stream()
                .map(one -> new ParetoPoint<>(space.sizeInBytes(one), loss.loss(one), one))
                .toList();
        return new Hypervolume(upper.sizeInBytes() + 1, 4).of(points);
    }

    /** Against the front of all 16,384 assignments. */
    @Test
    void findsNearlyAllOfTheTrueFront() {
        for (int seed = 0; seed < 5; seed++) {
            SyntheticLoss loss = new SyntheticLoss(space, seed, 0);
            List<Assignment> all = new ArrayList<>();
            Spaces.forEach(space, one -> {
                if (space.sizeInBytes(one) >= lower.sizeInBytes() && space.sizeInBytes(one) <= upper.sizeInBytes()) {
                    all.add(one);
                }
            });
            double best = hypervolume(all, loss);
            double begin = hypervolume(randomSeeds(seed), loss);
            Generation last = search(60, seed, loss).run(one -> {}, one -> false);
            assertThat(last.best()).allMatch(all::contains);
            assertThat(best - hypervolume(last.best(), loss)).isLessThan(0.05 * (best - begin));
        }
    }

    @Test
    void theSameSeedGivesTheSameFrontWhereverCandidatesAreScored() {
        SyntheticLoss loss = new SyntheticLoss(space, 1, 0.3);
        List<Generation> first = new ArrayList<>();
        List<Generation> second = new ArrayList<>();
        search(10, 1, loss).run(first::add, one -> false);
        search(10, 1, loss.scattered()).run(second::add, one -> false);
        assertThat(second).isEqualTo(first);
    }

    @Test
    void theFrontIsSortedBoundedAndNeverWorse() {
        SyntheticLoss loss = new SyntheticLoss(space, 2, 0);
        List<Generation> told = new ArrayList<>();
        search(60, 2, loss).run(told::add, one -> false);
        double before = 0;
        for (Generation generation : told) {
            assertThat(generation.best()).hasSizeLessThanOrEqualTo(24);
            assertThat(generation.best().stream().mapToLong(space::sizeInBytes).toArray())
                    .isSorted();
            double now = hypervolume(generation.best(), loss);
            assertThat(now).isGreaterThanOrEqualTo(before);
            before = now;
        }
        assertThat(told).anyMatch(one -> one.unchanged() > 0);
    }

    /** Each of four operators is drawn with equal chance. */
    @Test
    void everyOffspringIsCountedWithItsOperator() {
        List<Generation> told = new ArrayList<>();
        search(40, 4, new SyntheticLoss(space, 4, 0)).run(told::add, one -> false);
        Map<Operator, Integer> bred = new EnumMap<>(Operator.class);
        for (Generation generation : told.subList(1, told.size())) {
            generation.operators().forEach(one -> bred.merge(one.operator(), one.offspring(), Integer::sum));
            assertThat(generation.operators().stream()
                            .mapToInt(OperatorOutcome::offspring)
                            .sum())
                    .isEqualTo(24);
            assertThat(generation.operators().stream()
                            .mapToInt(OperatorOutcome::accepted)
                            .sum())
                    .isEqualTo(generation.accepted());
        }
        assertThat(told.get(0).operators()).isEmpty();
        assertThat(told).anyMatch(one -> one.number() > 0 && one.accepted() > 0);
        assertThat(bred).hasSize(4).allSatisfy((operator, count) -> assertThat(count / 960.0)
                .as(operator.label())
                .isBetween(0.2, 0.3));
    }

    /** Where levels are unevenly spaced, a trade within a size may end below it. */
    @Test
    void pointsStayWithinTheRange() {
        SplittableRandom random = new SplittableRandom(5);
        int grown = 0;
        for (int instance = 0; instance < 40; instance++) {
            SearchSpace uneven = Spaces.randomOfEither(random, instance, 8, 20);
            Assignment smallest = Spaces.randomAssignment(uneven, random);
            Budget from = new Budget(uneven.sizeInBytes(smallest));
            Budget to = new Budget(from.sizeInBytes() + 40);
            SyntheticLoss loss = new SyntheticLoss(uneven, instance, 0);
            EvolutionSettings settings = new EvolutionSettings(8, 12, STAGES, instance, Acceptance.PAIRED);
            Generation last = new ParetoSearch(uneven, from, to, settings, loss, List.of(smallest), Optional.empty())
                    .run(one -> {}, one -> false);
            assertThat(last.best())
                    .allMatch(one -> uneven.sizeInBytes(one) >= from.sizeInBytes()
                            && uneven.sizeInBytes(one) <= to.sizeInBytes());
            grown += last.best().size() > 1 ? 1 : 0;
        }
        assertThat(grown).isGreaterThan(20);
    }

    /** Assignments of a size have one loss here, so that what takes a place on a full front does so by luck. */
    @Test
    void luckHardlyEverTakesAPlaceOnAFullFront() {
        int taken = 0;
        for (int seed = 0; seed < 10; seed++) {
            SyntheticLoss noise = new SyntheticLoss(space, seed, 1);
            CandidateEvaluator flat = (candidates, effort) ->
                    candidates.stream().map(one -> bySize(noise, one, effort)).toList();
            List<Assignment> seeds = LongStream.rangeClosed(lower.sizeInBytes(), upper.sizeInBytes())
                    .mapToObj(size -> new RandomAllocator(space, size).allocate(new Budget(size), 0))
                    .toList();
            EvolutionSettings settings =
                    new EvolutionSettings(10, seeds.size(), List.of(new Stage(6, 100), new Stage(1, 800)), seed);
            List<Generation> told = new ArrayList<>();
            new ParetoSearch(space, lower, upper, settings, flat, seeds, Optional.empty()).run(told::add, one -> false);
            assertThat(told.get(0).best()).hasSameSizeAs(seeds);
            taken += told.stream().skip(1).mapToInt(Generation::accepted).sum();
        }
        // One search of forty may; without the share for each offspring it is 17. The share of generations is too fine
        // for these ten: EvolutionSearchTest holds it.
        assertThat(taken).isZero();
    }

    private Score bySize(SyntheticLoss noise, Assignment one, Effort effort) {
        Score score = noise.score(one, effort);
        double[] losses = new double[score.sequences()];
        Arrays.setAll(losses, sequence -> score.loss(sequence) / noise.loss(one) + 1e4 / space.sizeInBytes(one));
        return new Score(losses, score.tokensEvaluated());
    }

    /** Half of a population that was thinned has been dropped: nothing is bred from those. */
    @Test
    void parentsAreThoseThatSelectionKept() {
        AssignmentCodec codec = new AssignmentCodec(space);
        EvolutionSettings settings =
                new EvolutionSettings(1, 8, List.of(new Stage(2, 100), new Stage(1, 400)), 1, Acceptance.PAIRED);
        StagedFront staged = new StagedFront(space, lower, upper, settings, new SyntheticLoss(space, 1, 0), codec);
        ISeq<Phenotype<IntegerGene, Vec<double[]>>> seeds = staged.eval(population(codec, randomSeeds(1), 0));
        ISeq<Phenotype<IntegerGene, Vec<double[]>>> offspring = staged.eval(population(codec, randomSeeds(2), 1));
        assertThat(offspring.stream().filter(staged::reachedTheLastStage)).hasSizeBetween(2, 4); // some were seeds
        ISeq<Phenotype<IntegerGene, Vec<double[]>>> parents =
                ParetoSearch.parents(staged, seeds.append(offspring), 8, Optimize.MINIMUM);
        assertThat(parents).hasSize(8).allMatch(staged::reachedTheLastStage);
        assertThat(parents.stream().map(Phenotype::genotype).distinct()).hasSizeGreaterThan(3);
    }

    private static ISeq<Phenotype<IntegerGene, Vec<double[]>>> population(
            AssignmentCodec codec, List<Assignment> assignments, long generation) {
        return assignments.stream()
                .map(one -> Phenotype.<IntegerGene, Vec<double[]>>of(codec.encode(one), generation))
                .collect(ISeq.toISeq());
    }

    @Test
    void onePointIsAPopulation() {
        SyntheticLoss loss = new SyntheticLoss(space, 2, 0);
        List<Stage> stages = List.of(new Stage(1, 100), new Stage(1, 400));
        EvolutionSettings settings = new EvolutionSettings(10, 1, stages, 1, Acceptance.PAIRED);
        List<Assignment> seed = randomSeeds(2).subList(3, 4);
        Generation last = new ParetoSearch(space, lower, upper, settings, loss, seed, Optional.empty())
                .run(one -> {}, one -> false);
        assertThat(last.number()).isEqualTo(10);
        assertThat(last.best()).hasSize(1);
    }

    /** Losses of which nothing is known are worse than any. */
    @Test
    void candidatesWithoutALossAreLeftOut() {
        SyntheticLoss loss = new SyntheticLoss(space, 2, 0);
        CandidateEvaluator broken = (candidates, effort) -> candidates.stream()
                .map(one -> one.level(0) == 0
                        ? new Score(new double[] {Double.NaN, Double.NaN}, effort.tokens())
                        : loss.score(one, effort))
                .toList();
        double[][] table = new double[7][4];
        Arrays.fill(table, new double[] {1, 0.3, 0.1, 0.05});
        EvolutionSettings settings = new EvolutionSettings(5, 12, STAGES, 1, Acceptance.PAIRED);
        Generation last = new ParetoSearch(space, lower, upper, settings, broken, randomSeeds(2), Optional.of(table))
                .run(one -> {}, one -> false);
        assertThat(last.best()).isNotEmpty().noneMatch(one -> one.level(0) == 0);
        List<Assignment> all =
                randomSeeds(2).stream().filter(one -> one.level(0) == 0).toList();
        assertThatThrownBy(() -> new ParetoSearch(space, lower, upper, settings, broken, all, Optional.empty())
                        .run(one -> {}, one -> false))
                .hasMessageContaining("finite loss")
                .hasMessageContaining("\nMaybe ");
    }

    @Test
    void wrongEndsAndSeedsAreRefused() {
        SyntheticLoss loss = new SyntheticLoss(space, 2, 0);
        EvolutionSettings settings = new EvolutionSettings(1, 24, STAGES, 1);
        List<Assignment> small = List.of(Assignment.uniform(7, 0));
        assertThatThrownBy(() -> new ParetoSearch(space, lower, upper, settings, loss, small, Optional.empty()))
                .hasMessageContaining("outside of")
                .hasMessageContaining("\nMaybe ");
        assertThatThrownBy(() -> new ParetoSearch(space, upper, lower, settings, loss, small, Optional.empty()))
                .hasMessageContaining("swapped");
    }
}
