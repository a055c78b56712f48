package org.paretopress.search.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.paretopress.search.Spaces;

class SearchSpaceTest {

    private final SearchSpace space = new SearchSpace(
            List.of(
                    Spaces.even("model.layers.0.self_attn.q_proj", 80, 4),
                    Spaces.even("model.layers.0.mlp.up_proj", 240, 4),
                    Spaces.even("model.layers.1.self_attn.q_proj", 80, 4)),
            7);

    /** Bytes of a step, which are computed without taking it. */
    @Test
    void stepsCostWhatSizesDifferBy() {
        SplittableRandom random = new SplittableRandom(9);
        for (int instance = 0; instance < 1000; instance++) {
            SearchSpace space = Spaces.randomOfEither(random, instance, 6, 40);
            Assignment from = Spaces.randomAssignment(space, random);
            long size = space.sizeInBytes(from);
            for (int layer = 0; layer < from.size(); layer++) {
                OptionalLong added = space.raised(from, layer)
                        .map(raised -> OptionalLong.of(space.sizeInBytes(raised) - size))
                        .orElse(OptionalLong.empty());
                OptionalLong freed = space.lowered(from, layer)
                        .map(lowered -> OptionalLong.of(size - space.sizeInBytes(lowered)))
                        .orElse(OptionalLong.empty());
                assertThat(space.raiseInBytes(from, layer)).isEqualTo(added);
                assertThat(space.freedInBytes(from, layer)).isEqualTo(freed);
            }
        }
    }

    @Test
    void sizesAndAveragesAreThoseOfTheHandComputation() {
        Assignment assignment = Assignment.of(0, 1, 3);
        assertThat(space.sizeInBytes(assignment)).isEqualTo(7 + 10 + 60 + 40);
        assertThat(space.averageBits(assignment)).isEqualTo((80 * 1 + 240 * 2 + 80 * 4) / 400.0);
        assertThat(space.smallestSizeInBytes()).isEqualTo(7 + 50);
        assertThat(space.largestSizeInBytes()).isEqualTo(7 + 200);
    }

    @Test
    void layersOfOneShapeFormAMutationGroup() {
        assertThat(space.mutationGroups()).containsExactly(new int[] {0, 2}, new int[] {1});
        space.mutationGroups().get(0)[0] = 99;
        assertThat(space.mutationGroups().get(0)).containsExactly(0, 2);
    }

    @Test
    void equalParametersButOtherStepsDoNotTrade() {
        Layer finer = new Layer("finer", 80, List.of(new Level("1", 1, 10), new Level("2", 2, 21)));
        SearchSpace mixed = new SearchSpace(List.of(Spaces.even("coarse", 80, 2), finer), 0);
        assertThat(mixed.mutationGroups()).hasSize(2);
    }

    @Test
    void namesReadBackInAnyOrder() {
        SplittableRandom random = new SplittableRandom(1);
        for (int draw = 0; draw < 100; draw++) {
            Assignment assignment = Spaces.randomAssignment(space, random);
            Map<String, String> names = space.levelNames(assignment);
            assertThat(names.keySet())
                    .containsExactlyElementsOf(
                            space.layers().stream().map(Layer::name).toList());
            Map<String, String> reversed = new LinkedHashMap<>();
            names.keySet().stream()
                    .sorted((left, right) -> right.compareTo(left))
                    .forEach(name -> reversed.put(name, names.get(name)));
            assertThat(space.assignment(reversed)).isEqualTo(assignment);
        }
    }

    @Test
    void wrongNamesAreAnsweredWithRightOnes() {
        Map<String, String> names = space.levelNames(Assignment.of(0, 0, 0));
        Map<String, String> misspelt = new LinkedHashMap<>(names);
        misspelt.put("model.layers.1.self_attn.qproj", "1");
        assertThatThrownBy(() -> space.assignment(misspelt))
                .hasMessageContaining("'model.layers.1.self_attn.qproj'")
                .hasMessageContaining("\nMaybe 'model.layers.1.self_attn.q_proj'");
        Map<String, String> missing = new LinkedHashMap<>(names);
        missing.remove("model.layers.0.mlp.up_proj");
        assertThatThrownBy(() -> space.assignment(missing))
                .hasMessageContaining("'model.layers.0.mlp.up_proj'")
                .hasMessageContaining("\nMaybe ");
        Map<String, String> otherLevel = new LinkedHashMap<>(names);
        otherLevel.put("model.layers.0.mlp.up_proj", "8");
        assertThatThrownBy(() -> space.assignment(otherLevel))
                .hasMessageContaining("'model.layers.0.mlp.up_proj' has no level '8'")
                .hasMessageContaining("\nMaybe use one of its levels: 1, 2, 3, 4");
    }

    @Test
    void anAssignmentOfAnotherSpaceIsRefused() {
        assertThatThrownBy(() -> space.sizeInBytes(Assignment.of(0, 0)))
                .hasMessageContaining("2 layers")
                .hasMessageContaining("3");
        assertThatThrownBy(() -> space.averageBits(Assignment.of(0, 4, 0)))
                .hasMessageContaining("'model.layers.0.mlp.up_proj'")
                .hasMessageContaining("level index 4");
    }

    @Test
    void brokenLayersAndSpacesAreRefusedByName() {
        Level small = new Level("a", 1, 5);
        Level large = new Level("b", 2, 9);
        assertThatThrownBy(() -> new Layer("w", 8, List.of())).hasMessageContaining("'w'");
        assertThatThrownBy(() -> new Layer("w", 8, List.of(large, small))).hasMessageContaining("'a' (5 bytes)");
        assertThatThrownBy(() -> new Layer("w", 8, List.of(small, small))).hasMessageContaining("'a' twice");
        assertThatThrownBy(() -> new Layer("w", 0, List.of(small))).hasMessageContaining("0 parameters");
        assertThatThrownBy(() -> new Level("a", Double.NaN, 1)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Level("a", 1, -1)).hasMessageContaining("-1 bytes");
        assertThatThrownBy(() -> new SearchSpace(List.of(), 0)).hasMessageContaining("no layer");
        Layer layer = new Layer("w", 8, List.of(small));
        assertThatThrownBy(() -> new SearchSpace(List.of(layer, layer), 0)).hasMessageContaining("'w' occurs twice");
        assertThat(new Layer("w", 8, List.of(small, new Level("b", 2, 5))).levels())
                .hasSize(2);
    }

    @Test
    void layersOfTheSameStepOrOfEqualParametersTradeLevels() {
        Layer small =
                new Layer("small", 100, List.of(new Level("a", 1, 40), new Level("b", 2, 50), new Level("c", 3, 60)));
        Layer large = new Layer("large", 900, List.of(new Level("d", 1, 700), new Level("e", 2, 710)));
        Layer uneven =
                new Layer("uneven", 100, List.of(new Level("a", 1, 40), new Level("b", 2, 50), new Level("c", 3, 61)));
        Layer single = new Layer("single", 100, List.of(new Level("a", 1, 40)));
        SearchSpace space = new SearchSpace(List.of(small, uneven, large, single), 0);
        assertThat(space.mutationGroups()).containsExactly(new int[] {0, 2}, new int[] {1, 3});
    }
}
