package org.paretopress.search.space;

import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Layers to draw from until none is open any more. A layer that is found closed when it is drawn is never drawn again, so a
 * draw takes constant time on average; each of the open ones has equal chance. Right where what is closed stays so.
 */
public final class OpenLayers {

    private final int[] layers;
    private int count;

    public OpenLayers(IntStream layers) {
        this.layers = layers.toArray();
        this.count = this.layers.length;
    }

    /** One of the layers that are open, or empty where none is. */
    public OptionalInt draw(SplittableRandom random, IntPredicate isOpen) {
        while (count > 0) {
            int drawn = random.nextInt(count);
            int layer = layers[drawn];
            if (isOpen.test(layer)) {
                return OptionalInt.of(layer);
            }
            count--;
            layers[drawn] = layers[count];
        }
        return OptionalInt.empty();
    }
}
