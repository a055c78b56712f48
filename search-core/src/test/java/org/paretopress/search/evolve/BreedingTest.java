package org.paretopress.search.evolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenetics.AltererResult;
import io.jenetics.IntegerGene;
import io.jenetics.Phenotype;
import io.jenetics.util.ISeq;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.search.Spaces;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;

class BreedingTest {

    private static List<Assignment> offspring(
            SearchSpace space, long budget, Assignment parent, int count, long generation) {
        return breeding(space, budget, 17).offspring(Collections.nCopies(count, parent), generation).stream()
                .map(Offspring::assignment)
                .toList();
    }

    private static Breeding<Fitness> breeding(SearchSpace space, long budget, long seed) {
        return new Breeding<>(new AssignmentCodec(space), new LevelSwitchMutation(space, new Budget(budget)), seed);
    }

    private static int distance(Assignment left, Assignment right) {
        return IntStream.range(0, left.size())
                .map(layer -> Math.abs(left.level(layer) - right.level(layer)))
                .sum();
    }

    private static double chiSquare(int[] observed, double... shares) {
        int total = IntStream.of(observed).sum();
        double statistic = 0;
        for (int index = 0; index < observed.length; index++) {
            double expected = total * shares[index];
            statistic += (observed[index] - expected) * (observed[index] - expected) / expected;
        }
        return statistic;
    }

    /** Three shapes of 300, 900 and 1800 layers; switches hardly ever meet, so a switch is a distance of two. */
    private static SearchSpace threeShapes() {
        List<Layer> layers = new ArrayList<>();
        for (int layer = 0; layer < 3000; layer++) {
            layers.add(Spaces.even("layer" + layer, layer % 10 == 0 ? 8 : layer % 10 < 4 ? 16 : 24, 7));
        }
        return new SearchSpace(layers, 0);
    }

    @Test
    void switchesAndGroupsAreDrawnAsPublished() {
        SearchSpace space = threeShapes();
        Assignment parent = Assignment.uniform(3000, 3);
        int[] switches = new int[3];
        int[] groups = new int[3];
        for (Assignment child : offspring(space, space.sizeInBytes(parent), parent, 1200, 1)) {
            switches[distance(child, parent) / 2 - 1]++;
            if (distance(child, parent) == 2) {
                int changed = IntStream.range(0, 3000)
                        .filter(layer -> child.level(layer) > 3)
                        .findFirst()
                        .orElseThrow();
                groups[changed % 10 == 0 ? 0 : changed % 10 < 4 ? 1 : 2]++;
            }
        }
        assertThat(chiSquare(switches, 5 / 9.0, 3 / 9.0, 1 / 9.0)).isLessThan(13.8); // 2 degrees, 0.1 %
        assertThat(chiSquare(groups, 0.1, 0.3, 0.6)).isLessThan(13.8);
    }

    /** One switch among eight alike layers: 56 ordered pairs, equally likely (55 degrees, 0.1 %). */
    @Test
    void everyPairOfLayersIsEquallyLikely() {
        SearchSpace space = Spaces.alike(8, 9);
        Assignment parent = Assignment.uniform(8, 4);
        LevelSwitches switches = new LevelSwitches(space, new Budget(space.sizeInBytes(parent)));
        int[] pairs = new int[64];
        SplittableRandom random = new SplittableRandom(9);
        for (int draw = 0; draw < 28_000; draw++) {
            Assignment child = switches.drawFrom(parent, random);
            int lowered = IntStream.range(0, 8)
                    .filter(layer -> child.level(layer) == 3)
                    .findFirst()
                    .orElseThrow();
            int raised = IntStream.range(0, 8)
                    .filter(layer -> child.level(layer) == 5)
                    .findFirst()
                    .orElseThrow();
            pairs[8 * lowered + raised]++;
        }
        int[] possible = IntStream.range(0, 64)
                .filter(pair -> pair % 9 != 0)
                .map(pair -> pairs[pair])
                .toArray();
        assertThat(chiSquare(
                        possible,
                        IntStream.range(0, 56).mapToDouble(pair -> 1 / 56.0).toArray()))
                .isLessThan(93.2);
    }

    /** A step raises the one layer by a level; the other is drawn, and promises the more the lower it is. */
    @Test
    void theMostPromisingOfALitterIsBredOnForUpToEightRounds() {
        SearchSpace space = Spaces.alike(2, 100);
        Mutation step = new Mutation() {
            @Override
            public boolean anyFrom(Assignment parent) {
                return true;
            }

            @Override
            public Offspring mutate(Assignment parent, SplittableRandom random) {
                return new Offspring(parent.with(0, parent.level(0) + 1).with(1, random.nextInt(100)), Operator.RESIZE);
            }
        };
        List<Integer> litters = new ArrayList<>();
        Breeding<Fitness> breeding = new Breeding<>(
                new AssignmentCodec(space),
                step,
                5,
                litter -> {
                    litters.add(litter.size());
                    return litter.stream().map(one -> (double) one.level(1)).toList();
                },
                1);
        List<Assignment> bred = breeding.offspring(Collections.nCopies(16, Assignment.of(0, 50)), 1).stream()
                .map(Offspring::assignment)
                .toList();
        assertThat(bred)
                .extracting(one -> one.level(0))
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(bred.stream().mapToInt(one -> one.level(1)).average().orElseThrow())
                .isLessThan(33); // the least of five is at 17 on average
        assertThat(litters).hasSize(2 * 36).containsOnly(5);
    }

    private static boolean anyLegalSwitch(SearchSpace space, Assignment from, long budget) {
        for (int[] group : space.mutationGroups()) {
            for (int lowered : group) {
                for (int raised : group) {
                    int levels = space.layers().get(raised).levels().size();
                    if (lowered != raised && from.level(lowered) > 0 && from.level(raised) + 1 < levels) {
                        Assignment to =
                                from.with(lowered, from.level(lowered) - 1).with(raised, from.level(raised) + 1);
                        if (space.sizeInBytes(to) <= budget) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    @Test
    void evenStepsKeepTheSizeExactly() {
        SplittableRandom random = new SplittableRandom(21);
        int mutated = 0;
        for (int instance = 0; instance < 10_000; instance++) {
            SearchSpace space = Spaces.randomEven(random);
            Assignment parent = Spaces.randomAssignment(space, random);
            long size = space.sizeInBytes(parent);
            if (anyLegalSwitch(space, parent, size)) {
                mutated++;
                assertThat(offspring(space, size, parent, 3, instance))
                        .allMatch(child -> space.sizeInBytes(child) == size)
                        .doesNotContain(parent);
            } else {
                assertThatThrownBy(() -> offspring(space, size, parent, 3, 1)).hasMessageContaining("No level switch");
            }
        }
        assertThat(mutated).isGreaterThan(4000);
    }

    @Test
    void unevenStepsNeverOvershoot() {
        SplittableRandom random = new SplittableRandom(22);
        int mutated = 0;
        for (int instance = 0; instance < 10_000; instance++) {
            SearchSpace space = Spaces.randomUneven(random, 8, 20);
            Assignment parent = Spaces.randomAssignment(space, random);
            long budget = space.sizeInBytes(parent) + random.nextInt(15);
            if (anyLegalSwitch(space, parent, budget)) {
                mutated++;
                assertThat(offspring(space, budget, parent, 3, instance))
                        .allMatch(child -> space.sizeInBytes(child) <= budget)
                        .doesNotContain(parent);
            } else {
                assertThatThrownBy(() -> offspring(space, budget, parent, 3, 1))
                        .hasMessageContaining("No level switch")
                        .hasMessageContaining("\nMaybe ");
            }
        }
        assertThat(mutated).isGreaterThan(4000);
    }

    @Test
    void slackPaysForAnUnevenStep() {
        List<Level> levels = List.of(new Level("a", 1, 0), new Level("b", 2, 4), new Level("c", 3, 10));
        SearchSpace space = new SearchSpace(List.of(new Layer("x", 8, levels), new Layer("y", 8, levels)), 0);
        Assignment parent = Assignment.of(1, 1);
        assertThatThrownBy(() -> offspring(space, 9, parent, 1, 1)).hasMessageContaining("within 9 bytes");
        assertThat(offspring(space, 10, parent, 1, 1).get(0)).isIn(Assignment.of(0, 2), Assignment.of(2, 0));
    }

    @Test
    void offspringAreDistinctWhereThereAreEnough() {
        SearchSpace space = Spaces.alike(12, 5);
        Assignment parent = Assignment.uniform(12, 2);
        List<Assignment> children = offspring(space, space.sizeInBytes(parent), parent, 128, 1);
        assertThat(new HashSet<>(children)).hasSize(128).doesNotContain(parent);
    }

    @Test
    void aSpaceWithFewNeighboursRepeatsThemAndEnds() {
        SearchSpace space = Spaces.alike(2, 2);
        assertThat(offspring(space, 13, Assignment.of(0, 1), 5, 1))
                .containsOnly(Assignment.of(1, 0))
                .hasSize(5);
        SearchSpace three = Spaces.alike(3, 3);
        Assignment parent = Assignment.of(1, 1, 1);
        assertThat(new HashSet<>(offspring(three, three.sizeInBytes(parent), parent, 40, 1)))
                .hasSize(6)
                .doesNotContain(parent);
    }

    @Test
    void aDrawDependsOnGenerationAndIndexNotOnTheOthers() {
        SearchSpace space = Spaces.alike(50, 5);
        Assignment parent = Assignment.uniform(50, 2);
        long budget = space.sizeInBytes(parent);
        List<Assignment> few = offspring(space, budget, parent, 4, 7);
        assertThat(offspring(space, budget, parent, 16, 7)).startsWith(few.toArray(Assignment[]::new));
        assertThat(offspring(space, budget, parent, 4, 8)).doesNotContainAnyElementsOf(few);
    }

    @Test
    void genotypesReadBackAndAreValid() {
        SplittableRandom random = new SplittableRandom(4);
        for (int instance = 0; instance < 200; instance++) {
            SearchSpace space = Spaces.randomUneven(random, 8, 20);
            AssignmentCodec codec = new AssignmentCodec(space);
            Assignment assignment = Spaces.randomAssignment(space, random);
            assertThat(codec.decode(codec.encode(assignment))).isEqualTo(assignment);
            assertThat(codec.encode(assignment).isValid()).isTrue();
        }
    }

    @Test
    void theAltererReturnsUnevaluatedOffspringOfTheGeneration() {
        SearchSpace space = Spaces.alike(6, 3);
        AssignmentCodec codec = new AssignmentCodec(space);
        Assignment parent = Assignment.uniform(6, 1);
        Phenotype<IntegerGene, Fitness> evaluated = Phenotype.of(codec.encode(parent), 1, new Fitness(0, 1, 1));
        AltererResult<IntegerGene, Fitness> result =
                breeding(space, space.sizeInBytes(parent), 1).alter(ISeq.of(evaluated, evaluated), 5);
        assertThat(result.alterations()).isEqualTo(2);
        assertThat(result.population()).allMatch(one -> one.nonEvaluated() && one.generation() == 5 && one.isValid());
    }
}
