package org.paretopress.jobs.search;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.search.allocate.ResourceLimit;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.SearchSpace;

/** The resources beside bytes that a run may use only so much of, by the layers and levels of its space. */
final class Limits {

    private final SearchSpace space;
    private final String key;
    private final RunConfig.Limit limit;

    private Limits(SearchSpace space, String name, RunConfig.Limit limit) {
        this.space = space;
        this.key = "search.allocation.limits." + name;
        this.limit = limit;
    }

    /**
     * @throws InputException naming a layer and a level whose use is not given, a pattern or a level that is nothing here, or
     *     a limit that no assignment keeps within
     */
    static List<ResourceLimit> of(SearchSpace space, RunConfig.Search search) {
        return search.allocation().limits().entrySet().stream()
                .map(one -> new Limits(space, one.getKey(), one.getValue()).reachable(one.getKey()))
                .toList();
    }

    private ResourceLimit reachable(String name) {
        ResourceLimit resource = new ResourceLimit(name, use(), limit.atMost());
        if (resource.least() > resource.limit()) {
            throw new InputException(
                    key + ".atMost = " + limit.atMost() + " is out of reach: the levels use " + resource.least()
                            + " to " + resource.most() + ".",
                    "ask for something between.");
        }
        return resource;
    }

    private long[][] use() {
        for (String pattern : limit.use().keySet()) {
            Predicate<String> matches = Restrictions.matching(pattern);
            boolean matchesNone = space.layers().stream()
                    .flatMap(layer -> layer.members().stream())
                    .noneMatch(matches);
            if (matchesNone) {
                throw new InputException(
                        key + ".use names the layers " + pattern + ", and the model has none such.",
                        "write a name such as "
                                + space.layers().get(0).members().get(0) + ", or a pattern such as *.down_proj.");
            }
            Restrictions.requireLevels(
                    key + ".use." + pattern, limit.use().get(pattern).keySet(), space.layers(), matches);
        }
        return space.layers().stream().map(this::use).toArray(long[][]::new);
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
        return limit.use().entrySet().stream()
                .filter(one -> Restrictions.matching(one.getKey()).test(layer))
                .map(Map.Entry::getValue)
                .filter(levels -> levels.get(level) != null)
                .map(levels -> levels.get(level))
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new InputException(
                        key + ".use says nothing of layer " + layer + " at level " + level + ".",
                        "add the level to a pattern that matches the layer, such as '*'."));
    }
}
