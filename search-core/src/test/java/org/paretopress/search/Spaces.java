package org.paretopress.search;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;

/** Search spaces for tests, and all assignments of the small ones. */
public final class Spaces {

    private Spaces() {}

    /** Alike layers of 8 parameters with levels of 1, 2, … bits and as many bytes; 10 fixed bytes. */
    public static SearchSpace alike(int layers, int levels) {
        return new SearchSpace(
                IntStream.range(0, layers)
                        .mapToObj(layer -> even("layer" + layer, 8, levels))
                        .toList(),
                10);
    }

    /** Levels named 1, 2, … of as many bits; one bit per weight is {@code parameters / 8} bytes. */
    public static Layer even(String name, long parameters, int levels) {
        return new Layer(
                name,
                parameters,
                IntStream.rangeClosed(1, levels)
                        .mapToObj(bits -> new Level(Integer.toString(bits), bits, parameters / 8 * bits))
                        .toList());
    }

    /** Layers of up to three even shapes, 1 to 8 layers, 1 to 5 levels. */
    public static SearchSpace randomEven(SplittableRandom random) {
        int[] levels = {random.nextInt(1, 6), random.nextInt(1, 6), random.nextInt(1, 6)};
        List<Layer> layers = new ArrayList<>();
        for (int layer = random.nextInt(1, 9); layer > 0; layer--) {
            int shape = random.nextInt(levels.length);
            layers.add(even("layer" + layer, 8L * (1 + 3 * shape), levels[shape]));
        }
        return new SearchSpace(layers, random.nextInt(50));
    }

    /** Layers of up to two shapes whose level sizes grow by random steps, some of them zero. */
    public static SearchSpace randomUneven(SplittableRandom random, int mostLayers, int mostStep) {
        List<List<Level>> shapes = List.of(unevenLevels(random, mostStep), unevenLevels(random, mostStep));
        List<Layer> layers = new ArrayList<>();
        for (int layer = random.nextInt(1, mostLayers + 1); layer > 0; layer--) {
            int shape = random.nextInt(shapes.size());
            layers.add(new Layer("layer" + layer, 16L * (shape + 1), shapes.get(shape)));
        }
        return new SearchSpace(layers, random.nextInt(50));
    }

    /** Every third one with droppable sub-blocks, the others of uneven layers. */
    public static SearchSpace randomOfEither(SplittableRandom random, int instance, int mostLayers, int mostStep) {
        return instance % 3 == 0 ? randomDroppable(random, mostStep) : randomUneven(random, mostLayers, mostStep);
    }

    /** One to three blocks of two or three uneven layers, some of which are dropped as a whole, and a layer apart. */
    public static SearchSpace randomDroppable(SplittableRandom random, int mostStep) {
        List<Layer> layers = new ArrayList<>();
        List<int[]> subBlocks = new ArrayList<>();
        List<List<Level>> shapes = List.of(
                droppableLevels(random, mostStep),
                droppableLevels(random, mostStep),
                droppableLevels(random, mostStep));
        int size = random.nextInt(2, 4);
        for (int block = random.nextInt(1, 4); block > 0; block--) {
            boolean droppable = random.nextInt(4) > 0;
            int first = layers.size();
            for (int member = 0; member < size; member++) {
                List<Level> levels = shapes.get(member);
                layers.add(new Layer(
                        "layer" + layers.size(),
                        16L * (member + 1),
                        droppable ? levels : levels.subList(1, levels.size())));
            }
            if (droppable) {
                subBlocks.add(IntStream.range(first, first + size).toArray());
            }
        }
        layers.add(new Layer("apart", 16, unevenLevels(random, mostStep)));
        return new SearchSpace(layers, random.nextInt(50), subBlocks);
    }

    private static List<Level> droppableLevels(SplittableRandom random, int mostStep) {
        List<Level> levels = new ArrayList<>(List.of(new Level("drop", 0, 0)));
        long size = random.nextInt(mostStep);
        for (int level = random.nextInt(1, 4); level > 0; level--) {
            levels.add(new Level("level" + levels.size(), levels.size(), size));
            size += random.nextInt(mostStep);
        }
        return levels;
    }

    /** Whether the layers of every sub-block are dropped together or not at all. */
    public static boolean isWhole(SearchSpace space, Assignment assignment) {
        return space.subBlocks().stream()
                .allMatch(subBlock ->
                        IntStream.of(subBlock).map(assignment::level).allMatch(level -> level == 0)
                                || IntStream.of(subBlock).map(assignment::level).allMatch(level -> level > 0));
    }

    private static List<Level> unevenLevels(SplittableRandom random, int mostStep) {
        List<Level> levels = new ArrayList<>();
        long size = random.nextInt(mostStep);
        for (int level = random.nextInt(1, 5); level > 0; level--) {
            levels.add(new Level("level" + levels.size(), levels.size(), size));
            size += random.nextInt(mostStep);
        }
        return levels;
    }

    public static Assignment randomAssignment(SearchSpace space, SplittableRandom random) {
        Assignment assignment = Assignment.of(IntStream.range(0, space.layers().size())
                .map(layer -> random.nextInt(
                        space.lowestKept(layer),
                        space.layers().get(layer).levels().size()))
                .toArray());
        for (int[] subBlock : space.subBlocks()) {
            assignment = random.nextInt(3) == 0 ? assignment.with(subBlock, 0) : assignment;
        }
        return assignment;
    }

    /** Errors that are multiples of 1/8, so that sums are exact and ties are frequent. */
    public static double[][] randomErrors(SearchSpace space, SplittableRandom random, int distinct) {
        return space.layers().stream()
                .map(layer -> random.ints(layer.levels().size(), 0, distinct)
                        .mapToDouble(error -> error / 8.0)
                        .toArray())
                .toArray(double[][]::new);
    }

    /** Every assignment, in lexicographic order. */
    public static void forEach(SearchSpace space, Consumer<Assignment> action) {
        visit(space, new int[space.layers().size()], 0, one -> {
            if (isWhole(space, one)) {
                action.accept(one);
            }
        });
    }

    private static void visit(SearchSpace space, int[] levels, int layer, Consumer<Assignment> action) {
        if (layer == levels.length) {
            action.accept(Assignment.of(levels));
            return;
        }
        for (int level = 0; level < space.layers().get(layer).levels().size(); level++) {
            levels[layer] = level;
            visit(space, levels, layer + 1, action);
        }
    }
}
