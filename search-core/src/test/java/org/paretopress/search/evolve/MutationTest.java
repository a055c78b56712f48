package org.paretopress.search.evolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.search.Spaces;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;

/** Every mutation, on random spaces: even ones, uneven ones, ones with droppable sub-blocks, degenerate ones. */
class MutationTest {

    private static SearchSpace randomSpace(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> Spaces.randomEven(random);
            case 1 -> Spaces.randomUneven(random, 8, 20);
            default -> Spaces.randomDroppable(random, 20);
        };
    }

    @Test
    void everyMutationKeepsEveryBudget() {
        SplittableRandom random = new SplittableRandom(31);
        int mutated = 0;
        for (int instance = 0; instance < 10_000; instance++) {
            SearchSpace space = randomSpace(random);
            Assignment parent = Spaces.randomAssignment(space, random);
            long size = space.sizeInBytes(parent);
            Budget budget = new Budget(size + random.nextInt(15));
            Budget lower = new Budget(Math.max(0, size - random.nextInt(30)));
            mutated += check(new LevelSwitchMutation(space, budget), space, parent, 0, budget, random);
            mutated += check(new Exchange(space, budget), space, parent, 0, budget, random);
            mutated += check(new Resize(space, lower, budget), space, parent, lower.sizeInBytes(), budget, random);
            mutated += check(new SameSize(space), space, parent, 0, new Budget(size), random);
            List<Long> sizes = List.of(Math.max(space.smallestSizeInBytes(), lower.sizeInBytes()), size, size + 5);
            mutated += check(new Relocate(space, () -> sizes), space, parent, 0, new Budget(size + 5), random);
        }
        assertThat(mutated).isGreaterThan(20_000);
    }

    /** Returns 1 where something was legal. */
    private static int check(
            Mutation mutation,
            SearchSpace space,
            Assignment parent,
            long smallest,
            Budget budget,
            SplittableRandom random) {
        if (!mutation.anyFrom(parent)) {
            assertThatThrownBy(() -> mutation.mutate(parent, random.split())).hasMessageContaining("\nMaybe ");
            return 0;
        }
        for (int draw = 0; draw < 3; draw++) {
            Assignment child = mutation.mutate(parent, random.split()).assignment();
            assertThat(space.sizeInBytes(child)).isBetween(smallest, budget.sizeInBytes());
            assertThat(Spaces.isWhole(space, child)).isTrue();
        }
        return 1;
    }

    /** Five blocks of two layers, two of them dropped: each of the six trades equally likely (5 degrees, 0.1 %). */
    @Test
    void droppedAndKeptSubBlocksTradePlaces() {
        List<Level> levels = List.of(new Level("drop", 0, 0), new Level("dense", 16, 32));
        SearchSpace space = new SearchSpace(
                IntStream.range(0, 10)
                        .mapToObj(layer -> new Layer("layer" + layer, 16, levels))
                        .toList(),
                0,
                IntStream.range(0, 5)
                        .mapToObj(block -> new int[] {2 * block, 2 * block + 1})
                        .toList());
        Assignment parent = Assignment.of(0, 0, 0, 0, 1, 1, 1, 1, 1, 1);
        LevelSwitches switches = new LevelSwitches(space, new Budget(space.sizeInBytes(parent)));
        Map<Assignment, Integer> seen = new HashMap<>();
        SplittableRandom random = new SplittableRandom(3);
        for (int draw = 0; draw < 6000; draw++) {
            seen.merge(switches.drawFrom(parent, random), 1, Integer::sum);
        }
        assertThat(seen).hasSize(6);
        double statistic = seen.values().stream()
                .mapToDouble(count -> (count - 1000.0) * (count - 1000.0) / 1000)
                .sum();
        assertThat(statistic).isLessThan(20.5);
    }

    /** What a trade moves are the levels: the restored sub-block has those of the dropped one. */
    @Test
    void aTradeTakesTheLevelsAlong() {
        List<Level> levels = List.of(new Level("drop", 0, 0), new Level("2", 2, 4), new Level("3", 3, 6));
        SearchSpace space = new SearchSpace(
                IntStream.range(0, 4)
                        .mapToObj(layer -> new Layer("layer" + layer, 16, levels))
                        .toList(),
                0,
                List.of(new int[] {0, 1}, new int[] {2, 3}));
        Assignment parent = Assignment.of(1, 2, 0, 0);
        SplittableRandom random = new SplittableRandom(3);
        LevelSwitches switches = new LevelSwitches(space, new Budget(space.sizeInBytes(parent)));
        assertThat(IntStream.range(0, 100).mapToObj(draw -> switches.drawFrom(parent, random)))
                .containsOnly(Assignment.of(0, 0, 1, 2), Assignment.of(2, 1, 0, 0))
                .contains(Assignment.of(0, 0, 1, 2), Assignment.of(2, 1, 0, 0));
    }

    /** Layers of 8 and 24 bytes a level: three small steps pay for a large one, which level switches cannot do. */
    @Test
    void exchangesCrossShapes() {
        SearchSpace space = new SearchSpace(
                List.of(
                        Spaces.even("a", 8, 4),
                        Spaces.even("b", 8, 4),
                        Spaces.even("c", 8, 4),
                        Spaces.even("large", 24, 4)),
                0);
        Assignment parent = Assignment.of(2, 2, 2, 1);
        Budget budget = new Budget(space.sizeInBytes(parent));
        Exchange exchange = new Exchange(space, budget);
        SplittableRandom random = new SplittableRandom(5);
        assertThat(IntStream.range(0, 200)
                        .mapToObj(draw -> exchange.mutate(parent, random).assignment()))
                .anyMatch(child -> child.level(3) == 2)
                .anyMatch(child -> child.level(3) == 0 && space.sizeInBytes(child) == budget.sizeInBytes());
    }
}
