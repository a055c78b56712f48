package org.paretopress.search.allocate;

import java.util.Arrays;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.SearchSpace;

/**
 * A resource other than bytes, of which all layers together may use only so much: operations, cache lines, microwatts.
 * What no choice changes is subtracted from the limit beforehand. Sums are exact; an overflow of 63 bits is an
 * {@link ArithmeticException}.
 *
 * @param name for messages, for example {@code microseconds}
 * @param use [layer][level], whole units, not negative; copied on the way in and out
 * @param limit the most that an assignment may use, in the same units
 */
public record ResourceLimit(String name, long[][] use, long limit) {

    /** @throws IllegalArgumentException if the name is blank or a use is negative */
    public ResourceLimit {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException(
                    "A resource has the name '" + name + "'.\nMaybe its key was left empty.");
        }
        use = copy(use);
        for (int layer = 0; layer < use.length; layer++) {
            for (int level = 0; level < use[layer].length; level++) {
                if (use[layer][level] < 0) {
                    throw new IllegalArgumentException("Resource '" + name + "' has the use " + use[layer][level]
                            + " for layer index " + layer + " at level index " + level
                            + ".\nMaybe a product overflowed, or what is saved was counted in place of what is used.");
                }
            }
        }
    }

    /** The bytes of the layers within a total of {@code sizeInBytes}, fixed bytes included. */
    static ResourceLimit ofBytes(SearchSpace space, long sizeInBytes) {
        long[][] sizes = new long[space.layers().size()][];
        for (int layer = 0; layer < sizes.length; layer++) {
            int row = layer;
            sizes[layer] = new long[space.layers().get(layer).levels().size()];
            Arrays.setAll(sizes[layer], level -> space.sizeInBytes(row, level));
        }
        return new ResourceLimit("bytes of the layers", sizes, sizeInBytes - space.fixedSizeInBytes());
    }

    @Override
    public long[][] use() {
        return copy(use);
    }

    int layers() {
        return use.length;
    }

    int levels(int layer) {
        return use[layer].length;
    }

    long use(int layer, int level) {
        return use[layer][level];
    }

    /** The limit that this resource's use is at least {@code least}: what is saved of the most may only be so much. */
    ResourceLimit atLeast(long least) {
        long[][] saved = Arrays.stream(use)
                .map(row -> {
                    long most = Arrays.stream(row).max().orElseThrow();
                    return Arrays.stream(row).map(used -> most - used).toArray();
                })
                .toArray(long[][]::new);
        return new ResourceLimit(name + " saved", saved, most() - least);
    }

    /** Whether an assignment uses no more than the limit. */
    public boolean allows(Assignment assignment) {
        return total(assignment) <= limit;
    }

    /** What an assignment uses. */
    long total(Assignment assignment) {
        long total = 0;
        for (int layer = 0; layer < use.length; layer++) {
            total = Math.addExact(total, use[layer][assignment.level(layer)]);
        }
        return total;
    }

    /** The least that any assignment uses. */
    public long least() {
        return Arrays.stream(use)
                .mapToLong(row -> Arrays.stream(row).min().orElseThrow())
                .reduce(0, Math::addExact);
    }

    /** The most that any assignment uses. */
    public long most() {
        return Arrays.stream(use)
                .mapToLong(row -> Arrays.stream(row).max().orElseThrow())
                .reduce(0, Math::addExact);
    }

    /** @throws IllegalArgumentException if layers or levels are missing or too many; the message names them */
    void requireFits(SearchSpace space) {
        if (use.length != space.layers().size()) {
            throw new IllegalArgumentException(
                    "Resource '" + name + "' has " + use.length + " layers, the search space "
                            + space.layers().size() + ".\nMaybe it was measured on another model.");
        }
        for (int layer = 0; layer < use.length; layer++) {
            Layer described = space.layers().get(layer);
            if (use[layer].length != described.levels().size()) {
                throw new IllegalArgumentException("Resource '" + name + "' has " + use[layer].length + " uses for the "
                        + described.levels().size() + " levels of layer '" + described.name()
                        + "'.\nMaybe a level was added after they were measured.");
            }
        }
    }

    private static long[][] copy(long[][] rows) {
        return Arrays.stream(rows).map(long[]::clone).toArray(long[][]::new);
    }
}
