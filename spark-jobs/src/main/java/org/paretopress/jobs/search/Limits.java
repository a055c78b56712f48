package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.search.allocate.ResourceLimit;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.SearchSpace;

/** A resource beside bytes that a run may use only so much of, by the layers and levels of its space. */
final class Limits {

    private static final long MOST = 1L << 52;

    private final String key;
    private final List<Use> uses = new ArrayList<>();

    /** What layers of some names use at some levels. */
    private record Use(Predicate<String> layers, Map<String, Long> byLevel) {}

    private Limits(String key, Map<String, Map<String, Long>> use, List<Layer> layers) {
        this.key = key + ".use";
        use.forEach((pattern, byLevel) ->
                uses.add(new Use(LayerPattern.of(this.key, pattern, byLevel.keySet(), layers), byLevel)));
    }

    /**
     * @throws InputException naming a layer and a level whose use is not given, a pattern or a level that is nothing here, or
     *     a limit that no assignment keeps within
     */
    static List<ResourceLimit> of(SearchSpace space, RunConfig.Search search) {
        return search.allocation().limits().entrySet().stream()
                .map(one -> limit(space, one.getKey(), one.getValue()))
                .toList();
    }

    private static ResourceLimit limit(SearchSpace space, String name, RunConfig.Limit limit) {
        String key = "search.allocation.limits." + name;
        Limits given = new Limits(key, limit.use(), space.layers());
        long[][] use = space.layers().stream().map(given::use).toArray(long[][]::new);
        ResourceLimit resource = new ResourceLimit(name, use, limit.atMost());
        requireCountable(resource, key);
        if (resource.least() > resource.limit()) {
            throw new InputException(
                    key + ".atMost = " + limit.atMost() + " is out of reach: the levels use " + resource.least()
                            + " to " + resource.most() + ".",
                    "ask for something between.");
        }
        return resource;
    }

    /** So that sums are whole numbers for the solver too. */
    private static void requireCountable(ResourceLimit resource, String key) {
        try {
            if (resource.most() <= MOST) {
                return;
            }
        } catch (ArithmeticException e) {
            // the sum is larger still
        }
        throw new InputException(
                key + ".use adds up to more than " + MOST + " over all layers.", "count in a larger unit.");
    }

    /** Tied layers use what their members use together. */
    private long[] use(Layer layer) {
        return layer.levels().stream()
                .mapToLong(level -> layer.members().stream()
                        .mapToLong(member -> use(member, level.name()))
                        .reduce(0, Math::addExact))
                .toArray();
    }

    private long use(String layer, String level) {
        return uses.stream()
                .filter(use -> use.layers().test(layer) && use.byLevel().get(level) != null)
                .map(use -> use.byLevel().get(level))
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new InputException(
                        key + " says nothing of layer " + layer + " at level " + level + ".",
                        "add the level to a pattern that matches the layer, such as '*'."));
    }
}
