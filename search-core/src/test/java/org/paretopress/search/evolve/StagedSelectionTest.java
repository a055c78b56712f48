package org.paretopress.search.evolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.paretopress.search.Spaces;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

class StagedSelectionTest {

    private static final EvolutionSettings SETTINGS =
            new EvolutionSettings(4, 16, List.of(new Stage(6, 100), new Stage(3, 300), new Stage(1, 1000)), 5);

    private record Call(List<Assignment> candidates, Effort effort, List<Score> scores) {}

    private final SearchSpace space = Spaces.alike(10, 4);
    private final List<Call> calls = new ArrayList<>();
    private final SyntheticLoss loss = new SyntheticLoss(space, 2, 3);

    private List<Score> record(List<Assignment> candidates, Effort effort) {
        List<Score> scores = loss.evaluate(candidates, effort);
        calls.add(new Call(candidates, effort, scores));
        return scores;
    }

    private List<Generation> run(double averageBits) {
        List<Generation> told = new ArrayList<>();
        new EvolutionSearch(space, Budget.ofAverageBits(space, averageBits), SETTINGS, this::record).run(told::add);
        return told;
    }

    private Call call(int generation, int stage) {
        return calls.stream()
                .filter(one ->
                        one.effort().generation() == generation && one.effort().stage() == stage)
                .reduce((first, second) -> {
                    throw new AssertionError("scored twice: " + first.effort());
                })
                .orElseThrow();
    }

    @Test
    void stagesNarrowOnFreshTextAndTheParentJoinsTheLast() {
        List<Generation> told = run(2);
        assertThat(calls).hasSize(1 + 4 * 3);
        assertThat(call(0, 2).candidates()).containsExactly(Assignment.uniform(10, 1));
        for (int generation = 1; generation <= 4; generation++) {
            Assignment parent = told.get(generation - 1).parent();
            assertThat(call(generation, 0).candidates()).hasSize(16).doesNotContain(parent);
            assertThat(call(generation, 1).candidates())
                    .isEqualTo(best(call(generation, 0), 6))
                    .doesNotContain(parent);
            List<Assignment> finalists = new ArrayList<>(best(call(generation, 1), 3));
            finalists.add(parent);
            assertThat(call(generation, 2).candidates()).isEqualTo(finalists);
            Assignment winner = best(call(generation, 2), 1).get(0);
            assertThat(told.get(generation).parent()).isEqualTo(winner);
            assertThat(told.get(generation).accepted()).isEqualTo(winner.equals(parent) ? 0 : 1);
        }
    }

    private static List<Assignment> best(Call call, int survivors) {
        List<Integer> order = new ArrayList<>();
        for (int index = 0; index < call.scores().size(); index++) {
            order.add(index);
        }
        order.sort((left, right) -> Double.compare(
                call.scores().get(left).loss(), call.scores().get(right).loss()));
        return order.stream().limit(survivors).map(call.candidates()::get).toList();
    }

    @Test
    void effortsFollowTheSettingsAndNeverShareASeed() {
        run(2.5);
        Set<Long> seeds = new HashSet<>();
        for (Call call : calls) {
            assertThat(call.effort().tokens())
                    .isEqualTo(SETTINGS.stages().get(call.effort().stage()).tokens());
            assertThat(seeds.add(call.effort().sampleSeed())).isTrue();
        }
        int before = calls.size();
        run(2);
        assertThat(calls.subList(before, calls.size()))
                .noneMatch(call -> seeds.contains(call.effort().sampleSeed()));
    }

    @Test
    void tokensAndEvaluationsAreWhatTheEvaluatorSaw() {
        List<Generation> told = run(2.5);
        long tokens = 0;
        long evaluations = 0;
        for (Generation generation : told) {
            List<Call> own = calls.stream()
                    .filter(call -> call.effort().generation() == generation.number())
                    .toList();
            for (Call call : own) {
                tokens += call.candidates().size() * call.effort().tokens();
                evaluations += call.candidates().size();
            }
            assertThat(generation.tokensEvaluated()).isEqualTo(tokens);
            assertThat(generation.evaluations()).isEqualTo(evaluations);
            assertThat(generation.stages()).hasSameSizeAs(own);
        }
        assertThat(told.get(1).evaluations() - told.get(0).evaluations()).isEqualTo(16 + 6 + 4);
        assertThat(told.get(1).tokensEvaluated() - told.get(0).tokensEvaluated())
                .isEqualTo(16 * 100 + 6 * 300 + 4 * 1000);
    }

    @Test
    void aFractionalBudgetStartsFromRandomCandidatesFilledToIt() {
        List<Generation> told = run(2.5);
        long budget = Budget.ofAverageBits(space, 2.5).sizeInBytes();
        assertThat(call(0, 0).candidates())
                .hasSize(16)
                .doesNotHaveDuplicates()
                .allMatch(one -> space.sizeInBytes(one) == budget)
                .allMatch(one -> one.toArray()[0] >= 1);
        assertThat(call(0, 2).candidates()).hasSize(3).contains(told.get(0).parent());
    }

    private StagedSelection selection(CandidateEvaluator evaluator) {
        return new StagedSelection(space, new Budget(1000), SETTINGS, evaluator);
    }

    @Test
    void repeatsAreScoredOnceAndLosersKeepTheirStage() {
        Assignment parent = Assignment.uniform(10, 1);
        Assignment child = parent.with(0, 2).with(1, 0);
        StagedSelection.Outcome outcome =
                selection(this::record).select(List.of(child, parent, child), Optional.of(parent), 1);
        assertThat(call(1, 0).candidates()).containsExactly(child);
        assertThat(call(1, 2).candidates()).containsExactly(child, parent);
        assertThat(outcome.reached()).hasSize(2).allSatisfy((one, fitness) -> assertThat(fitness.stage())
                .isEqualTo(2));
        List<Assignment> many = new ArrayList<>();
        for (int layer = 1; layer < 10; layer++) {
            many.add(parent.with(0, 2).with(layer, 0));
        }
        StagedSelection.Outcome larger = selection(loss).select(many, Optional.of(parent), 2);
        assertThat(larger.reached().values().stream()
                        .mapToInt(Fitness::stage)
                        .sorted()
                        .toArray())
                .containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2, 2);
    }

    @Test
    void anOffspringAsGoodAsTheParentReplacesIt() {
        CandidateEvaluator flat = (candidates, effort) ->
                candidates.stream().map(one -> new Score(new double[] {1}, 1)).toList();
        Assignment parent = Assignment.uniform(10, 1);
        Assignment child = parent.with(0, 0);
        StagedSelection.Outcome outcome = selection(flat).select(List.of(child), Optional.of(parent), 1);
        assertThat(outcome.best()).isEqualTo(child);
    }

    /** The engine must breed from the replacement, not from the old parent it ties with. */
    @Test
    void aReplacementByATieIsTheParentOfTheNextGeneration() {
        CandidateEvaluator flat = (candidates, effort) -> {
            List<Score> scores = candidates.stream()
                    .map(one -> new Score(new double[] {1}, 1))
                    .toList();
            calls.add(new Call(candidates, effort, scores));
            return scores;
        };
        List<Generation> told = new ArrayList<>();
        new EvolutionSearch(space, Budget.ofAverageBits(space, 2), SETTINGS, flat).run(told::add);
        assertThat(told).hasSize(5).allMatch(one -> one.accepted() > 0);
        for (int generation = 1; generation <= 4; generation++) {
            assertThat(call(generation, 2).candidates())
                    .endsWith(told.get(generation - 1).parent());
        }
    }

    @Test
    void anEvaluatorThatBreaksTheContractIsNamed() {
        Optional<Assignment> parent = Optional.of(Assignment.uniform(10, 1));
        assertThatThrownBy(() -> selection((candidates, effort) -> List.of()).select(List.of(), parent, 1))
                .hasMessageContaining("0 scores for 1 candidates")
                .hasMessageContaining("\nMaybe ");
    }
}
