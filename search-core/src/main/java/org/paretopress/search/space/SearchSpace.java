package org.paretopress.search.space;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The layers that may be compressed, in order, and the bytes that no choice changes (embeddings, norms, head).
 * Sizes are whole bytes and add up exactly; an overflow of 63 bits is an {@link ArithmeticException}.
 */
public final class SearchSpace {

    private final List<Layer> layers;
    private final long fixedSizeInBytes;
    private final Map<String, Integer> layerIndices = new LinkedHashMap<>();
    private final List<int[]> mutationGroups;

    /** @throws IllegalArgumentException if there is no layer, a layer name occurs twice, or the fixed size is negative */
    public SearchSpace(List<Layer> layers, long fixedSizeInBytes) {
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
            if (layerIndices.put(layer.name(), layerIndices.size()) != null) {
                throw new IllegalArgumentException("Layer '" + layer.name()
                        + "' occurs twice in the search space.\nMaybe two shards hold the same tensor.");
            }
        }
        this.mutationGroups = groupAlike(this.layers);
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
        return parameterMean(layer -> layer.levels()
                .get(assignment.level(layerIndices.get(layer.name())))
                .bits());
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
     * levels of sparsity, and otherwise those of equal parameters and equal level sizes. Every layer is in exactly one
     * group; groups are ordered by their first layer. The arrays are copies.
     */
    public List<int[]> mutationGroups() {
        return mutationGroups.stream().map(int[]::clone).toList();
    }

    /** Layer name to level name, in layer order. */
    public Map<String, String> levelNames(Assignment assignment) {
        requireFits(assignment);
        Map<String, String> names = new LinkedHashMap<>();
        for (int layer = 0; layer < layers.size(); layer++) {
            Layer described = layers.get(layer);
            names.put(
                    described.name(),
                    described.levels().get(assignment.level(layer)).name());
        }
        return names;
    }

    /**
     * The inverse of {@link #levelNames}.
     *
     * @throws IllegalArgumentException if a layer or level is unknown, or a layer is missing; the message names it
     */
    public Assignment assignment(Map<String, String> levelNames) {
        for (String name : levelNames.keySet()) {
            if (!layerIndices.containsKey(name)) {
                throw new IllegalArgumentException("Layer '" + name + "' is not among the " + layers.size()
                        + " layers of this search space.\nMaybe '" + NameDistance.nearest(name, layerIndices.keySet())
                        + "' is meant.");
            }
        }
        return Assignment.of(layers.stream()
                .mapToInt(layer -> levelIndex(layer, levelNames.get(layer.name())))
                .toArray());
    }

    /** Mean of a number per layer, weighted by parameters. */
    double parameterMean(ToDoubleFunction<Layer> value) {
        double sum = 0;
        double weight = 0;
        for (Layer layer : layers) {
            sum += layer.parameters() * value.applyAsDouble(layer);
            weight += layer.parameters();
        }
        return sum / weight;
    }

    private int levelIndex(Layer layer, String levelName) {
        if (levelName == null) {
            throw new IllegalArgumentException("The assignment names no level for layer '" + layer.name()
                    + "'.\nMaybe it was written for another model; the levels here are: " + layer.levelNames() + ".");
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

    /** The one step of a layer whose levels are evenly spaced, otherwise its parameters and the sizes of its levels. */
    private static List<Long> likeness(Layer layer) {
        List<Long> sizes = layer.levels().stream().map(Level::sizeInBytes).toList();
        List<Long> steps = IntStream.range(1, sizes.size())
                .mapToObj(level -> sizes.get(level) - sizes.get(level - 1))
                .distinct()
                .toList();
        return steps.size() == 1
                ? steps
                : Stream.concat(Stream.of(layer.parameters()), sizes.stream()).toList();
    }
}
