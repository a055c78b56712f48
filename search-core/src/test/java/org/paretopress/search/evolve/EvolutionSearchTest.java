package org.paretopress.search.evolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.search.Spaces;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;
import org.paretopress.search.space.UnreachableBudgetException;

class EvolutionSearchTest {

    private static final List<Stage> STAGES = List.of(new Stage(4, 100), new Stage(2, 200), new Stage(1, 400));

    private final SearchSpace space = Spaces.alike(7, 4);

    private static List<Generation> trace(EvolutionSearch search) {
        List<Generation> generations = new ArrayList<>();
        Generation last = search.run(generations::add);
        assertThat(generations).endsWith(last);
        return generations;
    }

    private EvolutionSearch search(double averageBits, long seed, CandidateEvaluator evaluator) {
        Budget budget = Budget.ofAverageBits(space, averageBits);
        return new EvolutionSearch(space, budget, new EvolutionSettings(12, 16, STAGES, seed), evaluator);
    }

    @ParameterizedTest
    @ValueSource(doubles = {2, 2.5})
    void findsTheBruteForceOptimum(double averageBits) {
        int found = 0;
        for (int seed = 0; seed < 40; seed++) {
            SyntheticLoss loss = new SyntheticLoss(space, seed, 0);
            Budget budget = Budget.ofAverageBits(space, averageBits);
            double[] least = {Double.POSITIVE_INFINITY};
            Spaces.forEach(space, one -> {
                if (space.sizeInBytes(one) <= budget.sizeInBytes()) {
                    least[0] = Math.min(least[0], loss.loss(one));
                }
            });
            Generation last = search(averageBits, seed, loss).run(one -> {});
            assertThat(space.sizeInBytes(last.parent())).isLessThanOrEqualTo(budget.sizeInBytes());
            found += loss.loss(last.parent()) == least[0] ? 1 : 0;
        }
        assertThat(found).isGreaterThanOrEqualTo(36);
    }

    @Test
    void theSameSeedGivesTheSameRunWhereverCandidatesAreScored() {
        SyntheticLoss loss = new SyntheticLoss(space, 1, 0.5);
        List<Generation> first = trace(search(2.5, 1, loss));
        assertThat(trace(search(2.5, 1, loss))).isEqualTo(first);
        assertThat(trace(search(2.5, 1, loss.scattered()))).isEqualTo(first);
        assertThat(trace(search(2.5, 2, loss))).isNotEqualTo(first);
        assertThat(first).hasSize(13).extracting(Generation::number).isSorted();
    }

    @Test
    void oneSearchCanBeRunAgain() {
        EvolutionSearch search = search(2, 1, new SyntheticLoss(space, 1, 0.5));
        assertThat(trace(search)).isEqualTo(trace(search));
    }

    @Test
    void stopsWhenAsked() {
        List<Generation> told = new ArrayList<>();
        EvolutionSearch search = search(2, 3, new SyntheticLoss(space, 3, 0));
        Generation last = search.run(told::add, one -> one.tokensEvaluated() > 10_000);
        assertThat(last.tokensEvaluated()).isGreaterThan(10_000);
        assertThat(told.get(told.size() - 2).tokensEvaluated()).isLessThanOrEqualTo(10_000);
    }

    @Test
    void canStartFromAnyAssignment() {
        SyntheticLoss loss = new SyntheticLoss(space, 3, 0);
        Assignment start = Assignment.of(2, 2, 1, 1, 1, 0, 0);
        List<Generation> told = trace(searchFrom(start, loss));
        assertThat(told.get(0).parent()).isEqualTo(start);
        assertThat(told.get(0).fitness().loss()).isEqualTo(loss.loss(start));
        assertThat(loss.loss(told.get(12).parent())).isLessThan(loss.loss(start));
    }

    @Test
    void thePublishedSearchSwitchesLevelsOnly() {
        List<Generation> told = trace(searchFrom(Assignment.of(2, 2, 1, 1, 1, 0, 0), new SyntheticLoss(space, 3, 0)));
        assertThat(told).anyMatch(one -> one.number() > 0 && one.accepted() == 1);
        assertThat(told.subList(1, told.size())).allSatisfy(one -> assertThat(one.operators())
                .containsExactly(new OperatorOutcome(Operator.LEVEL_SWITCH, 16, one.accepted())));
    }

    private EvolutionSearch searchFrom(Assignment start, CandidateEvaluator evaluator) {
        Budget budget = Budget.ofAverageBits(space, 2);
        EvolutionSettings settings = new EvolutionSettings(12, 16, STAGES, 1);
        return new EvolutionSearch(space, budget, settings, evaluator, Optional.of(start), Optional.empty());
    }

    /** All losses are equal, so that whatever seems better is so by luck; on evidence hardly any is taken for better. */
    @Test
    void luckHardlyEverReplacesAParentOnEvidence() {
        int replaced = 0;
        int generations = 0;
        for (int seed = 0; seed < 25; seed++) {
            SyntheticLoss noise = new SyntheticLoss(space, seed, 2);
            CandidateEvaluator flat = (candidates, effort) ->
                    candidates.stream().map(one -> relative(noise, one, effort)).toList();
            for (Generation generation : trace(paired(300, seed, flat, Optional.empty()))) {
                replaced += generation.number() > 0 ? generation.accepted() : 0;
                generations++;
            }
        }
        assertThat(generations).isEqualTo(25 * 301);
        // One search of forty may; where the offspring of one generation share alone, this fails.
        assertThat(replaced).isZero();
    }

    /** Noise of a candidate alone. */
    private static Score relative(SyntheticLoss loss, Assignment one, Effort effort) {
        Score score = loss.score(one, effort);
        double[] losses = new double[score.sequences()];
        Arrays.setAll(losses, sequence -> score.loss(sequence) / loss.loss(one));
        return new Score(losses, score.tokensEvaluated());
    }

    private EvolutionSearch paired(
            int generations, long seed, CandidateEvaluator evaluator, Optional<double[][]> errors) {
        Budget budget = Budget.ofAverageBits(space, 2);
        EvolutionSettings settings = new EvolutionSettings(generations, 16, STAGES, seed, Acceptance.PAIRED);
        return new EvolutionSearch(space, budget, settings, evaluator, Optional.of(Assignment.uniform(7, 1)), errors);
    }

    /** Errors of layers alone, off by a factor of up to 1.6, are a hint that a predictor makes something of. */
    @Test
    void aPredictorFindsBetterAssignmentsWithTheSameTokens() {
        SearchSpace large = Spaces.alike(24, 5);
        double assisted = 0;
        double unassisted = 0;
        for (int seed = 0; seed < 10; seed++) {
            SyntheticLoss loss = new SyntheticLoss(large, seed, 0.5);
            assisted += gain(large, loss, seed, Optional.of(loss.table(1.6, seed)));
            unassisted += gain(large, loss, seed, Optional.empty());
        }
        assertThat(assisted).isGreaterThan(1.3 * unassisted);
    }

    private static double gain(SearchSpace large, SyntheticLoss loss, int seed, Optional<double[][]> errors) {
        Budget budget = Budget.ofAverageBits(large, 2);
        EvolutionSettings settings = new EvolutionSettings(4, 16, STAGES, seed, Acceptance.PAIRED);
        Assignment start = Assignment.uniform(24, 1);
        Assignment found = new EvolutionSearch(large, budget, settings, loss, Optional.of(start), errors)
                .run(one -> {})
                .parent();
        return loss.loss(start) - loss.loss(found);
    }

    @Test
    void withoutNoiseTheParentNeverGetsWorse() {
        List<Generation> told = trace(search(2.5, 4, new SyntheticLoss(space, 4, 0)));
        for (int index = 1; index < told.size(); index++) {
            assertThat(told.get(index).fitness().loss())
                    .isLessThanOrEqualTo(told.get(index - 1).fitness().loss());
        }
    }

    /**
     * Levels of 4, 8 and 20 bytes, as uneven as those of K-quants: from 8 in every layer no layer can go up for one that goes down.
     * Three that go down pay for one that goes up.
     */
    @Test
    void whereNoSwitchIsLegalBytesAreTraded() {
        List<Layer> layers = IntStream.range(0, 6)
                .mapToObj(i -> new Layer(
                        "layer" + i, 8, List.of(new Level("a", 4, 4), new Level("b", 8, 8), new Level("c", 16, 20))))
                .toList();
        SearchSpace uneven = new SearchSpace(layers, 0);
        Budget budget = new Budget(48);
        // the first layer is worth 100 a step, the others 1 to 5
        CandidateEvaluator valuing = (candidates, effort) -> candidates.stream()
                .map(one -> new Score(
                        new double[] {
                            1000
                                    - IntStream.range(0, 6)
                                            .mapToDouble(i -> (i == 0 ? 100 : i) * one.level(i))
                                            .sum()
                        },
                        1))
                .toList();
        assertThat(new LevelSwitches(uneven, budget).anyFrom(Assignment.uniform(6, 1)))
                .isFalse();
        Generation last = new EvolutionSearch(
                        uneven, budget, new EvolutionSettings(20, 16, List.of(new Stage(1, 1)), 1), valuing)
                .run(one -> {});
        assertThat(last.parent()).isEqualTo(Assignment.of(2, 0, 0, 0, 1, 1));
    }

    @Test
    void aSpaceWithoutSwitchesIsOneErrorBeforeAnythingIsScored() {
        AtomicInteger calls = new AtomicInteger();
        CandidateEvaluator counting = (candidates, effort) -> {
            calls.incrementAndGet();
            return List.of();
        };
        EvolutionSettings settings = new EvolutionSettings(3, 4, List.of(new Stage(1, 1)), 0);
        List<SearchSpace> rigid = List.of(Spaces.alike(1, 4), Spaces.alike(5, 1), Spaces.alike(3, 4));
        for (SearchSpace one : rigid) {
            Budget smallest = new Budget(one.smallestSizeInBytes());
            assertThatThrownBy(() -> new EvolutionSearch(one, smallest, settings, counting))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("No level switch is legal")
                    .hasMessageContaining("\nMaybe ");
        }
        assertThat(calls).hasValue(0);
    }

    @Test
    void budgetsAndStartsOfAnotherModelAreRefused() {
        SyntheticLoss loss = new SyntheticLoss(space, 1, 0);
        EvolutionSettings settings = new EvolutionSettings(3, 4, List.of(new Stage(1, 1)), 0);
        assertThatThrownBy(() -> new EvolutionSearch(space, new Budget(16), settings, loss))
                .isInstanceOf(UnreachableBudgetException.class);
        assertThatThrownBy(() -> searchFrom(Assignment.of(0, 1), loss)).hasMessageContaining("2 layers");
        assertThatThrownBy(() -> searchFrom(Assignment.uniform(7, 3), loss))
                .hasMessageContaining("38 bytes")
                .hasMessageContaining("24");
    }
}
