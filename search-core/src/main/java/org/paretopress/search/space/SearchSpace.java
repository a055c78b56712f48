package org.paretopress.search.space;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * The layers that may be compressed, in order, and the bytes that no choice changes (embeddings, norms, head).
 * Sizes are whole bytes and add up exactly; an overflow of 63 bits is an {@link ArithmeticException}.
 *
 * <p>The layers of a droppable sub-block (attention, MLP, or a whole transformer block) are dropped together or not at
 * all: their level 0 stands for the dropped layer, and one of them is at level 0 only where all are.
 */
public final class SearchSpace {

    private final List<Layer> layers;
    private final long fixedSizeInBytes;
    private final Map<String, Layer> layersByMember = new LinkedHashMap<>();
    private final List<int[]> mutationGroups;
    private final List<int[]> subBlocks;
    private final int[] subBlockOfLayer;

    /** A space in which nothing is dropped as a whole. */
    public SearchSpace(List<Layer> layers, long fixedSizeInBytes) {
        this(layers, fixedSizeInBytes, List.of());
    }

    /**
     * @param subBlocks indices of the layers of each droppable sub-block, which are neighbours; no layer is in two
     * @throws IllegalArgumentException if there is no layer, a layer name occurs twice, the fixed size is negative, or
     *     a layer of a sub-block has no other level than the dropped one
     */
    public SearchSpace(List<Layer> layers, long fixedSizeInBytes, List<int[]> subBlocks) {
        this.layers = List.copyOf(layers);
        this.fixedSizeInBytes = fixedSizeInBytes;
        if (layers.isEmpty()) {
            throw new IllegalArgumentException(
                    "The search space has no layer.\nMaybe a filter on layer names excludes all of them.");
        }
        if (fixedSizeInBytes < 0) {
            throw new IllegalArgumentException("The fixed size is " + fixedSizeInBytes
                    + " bytes.\nMaybe the layers were subtracted from a smaller file.");
        }
        for (Layer layer : layers) {
            for (String member : layer.members()) {
                if (layersByMember.put(member, layer) != null) {
                    throw new IllegalArgumentException("Layer '" + member
                            + "' occurs twice in the search space.\nMaybe two shards hold the same tensor.");
                }
            }
        }
        this.mutationGroups = groupAlike(this.layers);
        this.subBlocks = subBlocks.stream().map(int[]::clone).toList();
        this.subBlockOfLayer = subBlockOfLayer(this.layers, this.subBlocks);
    }

    private static int[] subBlockOfLayer(List<Layer> layers, List<int[]> subBlocks) {
        int[] owners = new int[layers.size()];
        Arrays.fill(owners, -1);
        for (int number = 0; number < subBlocks.size(); number++) {
            for (int layer : subBlocks.get(number)) {
                Layer described = layers.get(layer);
                boolean apart = owners[layer] >= 0
                        || layer > 0 && layer > subBlocks.get(number)[0] && owners[layer - 1] != number;
                if (apart || described.levels().size() < 2) {
                    throw new IllegalArgumentException("Layer '" + described.name() + "' has the levels "
                            + described.levelNames() + " and cannot be in a droppable sub-block"
                            + (apart ? " apart from its other layers." : ".")
                            + "\nMaybe its other levels were excluded, or sub-blocks overlap.");
                }
                owners[layer] = number;
            }
        }
        return owners;
    }

    public List<Layer> layers() {
        return layers;
    }

    /** Bytes outside the layers, the same for every assignment. */
    public long fixedSizeInBytes() {
        return fixedSizeInBytes;
    }

    /** Bytes of one layer at one level. */
    public long sizeInBytes(int layer, int level) {
        return layers.get(layer).levels().get(level).sizeInBytes();
    }

    /** All bytes of the compressed model, the fixed ones included. */
    public long sizeInBytes(Assignment assignment) {
        requireFits(assignment);
        long size = fixedSizeInBytes;
        for (int layer = 0; layer < layers.size(); layer++) {
            size = Math.addExact(size, sizeInBytes(layer, assignment.level(layer)));
        }
        return size;
    }

    /** Mean of the nominal bits per weight, weighted by the parameters of the layers. */
    public double averageBits(Assignment assignment) {
        requireFits(assignment);
        double[] bits = new double[layers.size()];
        for (int layer = 0; layer < bits.length; layer++) {
            bits[layer] =
                    layers.get(layer).levels().get(assignment.level(layer)).bits();
        }
        return parameterMean(bits);
    }

    /** Bytes with every layer at its smallest level. */
    public long smallestSizeInBytes() {
        return total(layer -> layer.levels().get(0).sizeInBytes());
    }

    /** Bytes with every layer at its largest level. */
    public long largestSizeInBytes() {
        return total(layer -> layer.levels().get(layer.levels().size() - 1).sizeInBytes());
    }

    /**
     * Indices of the layers that may trade levels: those whose levels are all the same number of bytes apart, such as
     * levels of sparsity, and otherwise those of equal parameters. Every layer is in exactly one group; groups are
     * ordered by their first layer. The arrays are copies.
     */
    public List<int[]> mutationGroups() {
        return mutationGroups.stream().map(int[]::clone).toList();
    }

    /** Indices of the layers of each droppable sub-block. The arrays are copies. */
    public List<int[]> subBlocks() {
        return subBlocks.stream().map(int[]::clone).toList();
    }

    /** Number of the droppable sub-block of a layer, or -1. */
    public int subBlock(int layer) {
        return subBlockOfLayer[layer];
    }

    /** Indices of the layers of its droppable sub-block; the layer alone where it is in none. A copy. */
    public int[] droppedWith(int layer) {
        return subBlockOfLayer[layer] < 0
                ? new int[] {layer}
                : subBlocks.get(subBlockOfLayer[layer]).clone();
    }

    /** The lowest level of a layer that does not drop it: 1 in a droppable sub-block, otherwise 0. */
    public int lowestKept(int layer) {
        return subBlockOfLayer[layer] >= 0 ? 1 : 0;
    }

    /** Whether the layer is dropped with its sub-block. */
    public boolean isDropped(Assignment assignment, int layer) {
        return assignment.level(layer) < lowestKept(layer);
    }

    /**
     * One step up: the layer's next level, or, where it is dropped, its whole sub-block at the lowest kept levels;
     * empty at the highest level.
     */
    public Optional<Assignment> raised(Assignment assignment, int layer) {
        if (isDropped(assignment, layer)) {
            return Optional.of(assignment.with(subBlocks.get(subBlockOfLayer[layer]), 1));
        }
        int next = assignment.level(layer) + 1;
        return next < layers.get(layer).levels().size() ? Optional.of(assignment.with(layer, next)) : Optional.empty();
    }

    /**
     * One step down: the layer's previous level, or, from the lowest kept one, its whole sub-block dropped; empty
     * where nothing is below.
     */
    public Optional<Assignment> lowered(Assignment assignment, int layer) {
        int level = assignment.level(layer);
        if (level == 0) {
            return Optional.empty();
        }
        return level == lowestKept(layer)
                ? Optional.of(assignment.with(subBlocks.get(subBlockOfLayer[layer]), 0))
                : Optional.of(assignment.with(layer, level - 1));
    }

    /** Bytes that {@link #raised} adds; empty where nothing is above. */
    public OptionalLong raiseInBytes(Assignment assignment, int layer) {
        int level = assignment.level(layer);
        if (isDropped(assignment, layer)) {
            return OptionalLong.of(dropInBytes(layer, member -> 1));
        }
        return level + 1 < layers.get(layer).levels().size()
                ? OptionalLong.of(sizeInBytes(layer, level + 1) - sizeInBytes(layer, level))
                : OptionalLong.empty();
    }

    /** Bytes that {@link #lowered} frees; empty where nothing is below. */
    public OptionalLong freedInBytes(Assignment assignment, int layer) {
        int level = assignment.level(layer);
        if (level == 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                level == lowestKept(layer)
                        ? dropInBytes(layer, assignment::level)
                        : sizeInBytes(layer, level) - sizeInBytes(layer, level - 1));
    }

    /** What the sub-block of a layer has at some levels more than dropped. */
    private long dropInBytes(int layer, IntUnaryOperator levels) {
        long difference = 0;
        for (int member : subBlocks.get(subBlockOfLayer[layer])) {
            difference += sizeInBytes(member, levels.applyAsInt(member)) - sizeInBytes(member, 0);
        }
        return difference;
    }

    /** Name to level name of every weight matrix, tied ones included, in layer order. */
    public Map<String, String> levelNames(Assignment assignment) {
        requireFits(assignment);
        Map<String, String> names = new LinkedHashMap<>();
        for (int layer = 0; layer < layers.size(); layer++) {
            Layer described = layers.get(layer);
            String level = described.levels().get(assignment.level(layer)).name();
            described.members().forEach(member -> names.put(member, level));
        }
        return names;
    }

    /**
     * The inverse of {@link #levelNames}.
     *
     * @throws IllegalArgumentException if a layer or level is unknown, a layer is missing, or tied layers differ; the
     *     message names them
     */
    public Assignment assignment(Map<String, String> levelNames) {
        for (String name : levelNames.keySet()) {
            if (!layersByMember.containsKey(name)) {
                throw new IllegalArgumentException("Layer '" + name + "' is not among the " + layersByMember.size()
                        + " layers of this search space.\nMaybe '" + NameDistance.nearest(name, layersByMember.keySet())
                        + "' is meant.");
            }
        }
        Assignment assignment = Assignment.of(
                layers.stream().mapToInt(layer -> levelIndex(layer, levelNames)).toArray());
        requireFits(assignment);
        return assignment;
    }

    /** Mean of a number per layer, weighted by parameters. */
    double parameterMean(ToDoubleFunction<Layer> value) {
        return parameterMean(layers.stream().mapToDouble(value).toArray());
    }

    private double parameterMean(double[] values) {
        double sum = 0;
        double weight = 0;
        for (int layer = 0; layer < values.length; layer++) {
            long parameters = layers.get(layer).parameters();
            sum += parameters * values[layer];
            weight += parameters;
        }
        return sum / weight;
    }

    private static int levelIndex(Layer layer, Map<String, String> levelNames) {
        String levelName = levelNames.get(layer.members().get(0));
        for (String member : layer.members()) {
            String own = levelNames.get(member);
            if (own == null) {
                throw new IllegalArgumentException("The assignment names no level for layer '" + member
                        + "'.\nMaybe it was written for another model; the levels here are: " + layer.levelNames()
                        + ".");
            }
            if (!own.equals(levelName)) {
                throw new IllegalArgumentException(
                        "The tied layers '" + layer.members().get(0) + "' and '" + member
                                + "' have the levels '" + levelName + "' and '" + own
                                + "'.\nMaybe the assignment was found without ties.");
            }
        }
        int index = layer.indexOf(levelName);
        if (index < 0) {
            throw new IllegalArgumentException("Layer '" + layer.name() + "' has no level '" + levelName
                    + "'.\nMaybe use one of its levels: " + layer.levelNames() + ".");
        }
        return index;
    }

    private long total(ToLongFunction<Layer> size) {
        long total = fixedSizeInBytes;
        for (Layer layer : layers) {
            total = Math.addExact(total, size.applyAsLong(layer));
        }
        return total;
    }

    private void requireFits(Assignment assignment) {
        if (assignment.size() != layers.size()) {
            throw new IllegalArgumentException("The assignment has " + assignment.size() + " layers, the search space "
                    + layers.size() + ".\nMaybe it was written for another model.");
        }
        for (int index = 0; index < layers.size(); index++) {
            Layer layer = layers.get(index);
            if (assignment.level(index) >= layer.levels().size()) {
                throw new IllegalArgumentException("Layer '" + layer.name() + "' has no level index "
                        + assignment.level(index) + ".\nMaybe use 0 to "
                        + (layer.levels().size() - 1) + ", for its levels: " + layer.levelNames() + ".");
            }
        }
        subBlocks.forEach(subBlock -> requireWhole(assignment, subBlock));
    }

    private void requireWhole(Assignment assignment, int[] subBlock) {
        long dropped = Arrays.stream(subBlock)
                .filter(layer -> assignment.level(layer) == 0)
                .count();
        if (dropped > 0 && dropped < subBlock.length) {
            throw new IllegalArgumentException("Of the sub-block of layer '"
                    + layers.get(subBlock[0]).name() + "', " + dropped + " of " + subBlock.length
                    + " layers are dropped.\nMaybe drop all of them, or none.");
        }
    }

    private static List<int[]> groupAlike(List<Layer> layers) {
        Map<List<Long>, List<Integer>> groups = new LinkedHashMap<>();
        for (int index = 0; index < layers.size(); index++) {
            groups.computeIfAbsent(likeness(layers.get(index)), unused -> new ArrayList<>())
                    .add(index);
        }
        return groups.values().stream()
                .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }

    /** The one step of a layer whose levels are evenly spaced, otherwise its parameters, in a list of its own kind. */
    private static List<Long> likeness(Layer layer) {
        List<Long> steps = IntStream.range(1, layer.levels().size())
                .mapToObj(level -> layer.levels().get(level).sizeInBytes()
                        - layer.levels().get(level - 1).sizeInBytes())
                .distinct()
                .toList();
        return steps.size() == 1 ? steps : List.of(layer.parameters(), 0L);
    }
}
