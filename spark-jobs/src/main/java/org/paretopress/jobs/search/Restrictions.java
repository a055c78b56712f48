package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.kernels.levels.Dropped;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;

/** The space that a run may search: layers keep to the levels they are allowed, and tied ones to one level. */
final class Restrictions {

    private static final String DROPPED = Dropped.LEVEL;

    private final SearchSpace whole;

    private Restrictions(SearchSpace whole) {
        this.whole = whole;
    }

    /** @param whole every level that the configured families have, each layer for itself */
    static SearchSpace apply(SearchSpace whole, RunConfig.Search search) {
        if (search.tie().isEmpty() && search.allowed().isEmpty()) {
            return whole;
        }
        Restrictions restrictions = new Restrictions(whole);
        return restrictions.tied(restrictions.allowed(search.allowed()), search.tie());
    }

    /** Layers with the levels that all patterns which match them allow. */
    private List<Layer> allowed(Map<String, List<String>> allowed) {
        List<Layer> layers = new ArrayList<>(whole.layers());
        allowed.forEach((pattern, names) -> {
            Predicate<String> matches = LayerPattern.of("search.allowed", pattern, names, layers);
            layers.replaceAll(layer -> matches.test(layer.name()) ? only(layer, pattern, names) : layer);
        });
        return keptWhole(layers);
    }

    private static Layer only(Layer layer, String pattern, List<String> names) {
        List<Level> kept = layer.levels().stream()
                .filter(level -> names.contains(level.name()))
                .toList();
        if (kept.isEmpty()) {
            throw new InputException(
                    "search.allowed." + pattern + " = " + names + " leaves layer " + layer.name() + " no level.",
                    "choose among " + layer.levels().stream().map(Level::name).collect(Collectors.joining(", ")) + ".");
        }
        return new Layer(layer.name(), layer.parameters(), kept);
    }

    /** A sub-block of which one layer may not be dropped cannot be dropped. */
    private List<Layer> keptWhole(List<Layer> layers) {
        List<Layer> kept = new ArrayList<>(layers);
        for (int[] subBlock : whole.subBlocks()) {
            boolean droppable =
                    Arrays.stream(subBlock).allMatch(layer -> kept.get(layer).indexOf(DROPPED) == 0);
            for (int layer : droppable ? new int[0] : subBlock) {
                Layer one = kept.get(layer);
                List<Level> others = one.levels().stream()
                        .filter(level -> !level.name().equals(DROPPED))
                        .toList();
                if (!others.isEmpty()) { // otherwise it is refused with its tied ones
                    kept.set(layer, new Layer(one.name(), one.parameters(), others));
                }
            }
        }
        return kept;
    }

    private SearchSpace tied(List<Layer> layers, List<RunConfig.Tie> ties) {
        List<Layer> joined = new ArrayList<>();
        int[] place = new int[layers.size()];
        for (int layer = 0; layer < layers.size(); layer++) {
            String name = layers.get(layer).name();
            List<String> tie = ties.stream()
                    .map(RunConfig.Tie::projections)
                    .filter(projections -> projections.stream().anyMatch(name::endsWith))
                    .findFirst()
                    .orElse(List.of());
            boolean first = tie.isEmpty() || name.endsWith(tie.get(0));
            if (first) {
                joined.add(tie.isEmpty() ? layers.get(layer) : joined(layers.subList(layer, layer + tie.size())));
            }
            place[layer] = joined.size() - 1;
        }
        List<int[]> subBlocks = whole.subBlocks().stream()
                .map(subBlock -> Arrays.stream(subBlock)
                        .map(layer -> place[layer])
                        .distinct()
                        .toArray())
                .toList();
        subBlocks.forEach(subBlock -> requireWhole(joined, subBlock));
        List<int[]> droppable = subBlocks.stream()
                .filter(subBlock -> IntStream.of(subBlock).allMatch(layer -> {
                    Layer one = joined.get(layer);
                    return one.levels().size() > 1 && one.indexOf(DROPPED) == 0;
                }))
                .toList();
        return new SearchSpace(joined, whole.fixedSizeInBytes(), droppable);
    }

    /** What can only be dropped can only be dropped with the rest of its sub-block. */
    private static void requireWhole(List<Layer> layers, int[] subBlock) {
        List<Layer> dropped = Arrays.stream(subBlock)
                .mapToObj(layers::get)
                .filter(layer -> names(layer).equals(List.of(DROPPED)))
                .toList();
        if (!dropped.isEmpty() && dropped.size() < subBlock.length) {
            throw new InputException(
                    "search.allowed leaves layer " + dropped.get(0).name()
                            + " nothing but to be dropped, and not all of its sub-block.",
                    "allow only drop for all its layers, or another level for this one.");
        }
    }

    /** Layers as one, with the levels they have in common. */
    private static Layer joined(List<Layer> tied) {
        Set<String> common = new LinkedHashSet<>(names(tied.get(0)));
        tied.forEach(layer -> common.retainAll(names(layer)));
        if (common.isEmpty()) {
            throw new InputException(
                    "search.tie joins layers without a common level, such as "
                            + tied.get(0).name() + " and "
                            + tied.get(tied.size() - 1).name() + ".",
                    "leave the tie out, or allow them the same levels.");
        }
        long parameters = tied.stream().mapToLong(Layer::parameters).sum();
        List<Level> levels = common.stream()
                .map(name -> joined(name, tied, parameters))
                .sorted(Comparator.comparing(Level::sizeInBytes).thenComparing(Level::name))
                .toList();
        List<String> members = tied.stream().map(Layer::name).toList();
        return new Layer(String.join("+", members), members, parameters, levels);
    }

    private static Level joined(String name, List<Layer> tied, long parameters) {
        double bits = 0;
        long size = 0;
        for (Layer layer : tied) {
            Level own = layer.levels().get(layer.indexOf(name));
            bits += own.bits() * layer.parameters() / parameters;
            size += own.sizeInBytes();
        }
        return new Level(name, bits, size);
    }

    private static List<String> names(Layer layer) {
        return layer.levels().stream().map(Level::name).toList();
    }
}
