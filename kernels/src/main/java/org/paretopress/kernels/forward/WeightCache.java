package org.paretopress.kernels.forward;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.paretopress.kernels.levels.Dropped;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.ops.Weight;

/**
 * Weights of (layer, level) pairs, dequantized once and shared by all threads while they are hot.
 *
 * <p>Where not even one model's layers fit into the cache, every layer of every pass would push out another: then levels stay
 * packed, and are dequantized on their way into each product. On engines that multiply packed weights as fast as others they always do.
 */
public final class WeightCache implements AutoCloseable {

    /** Level name of the original weights. */
    public static final String DENSE = "dense";

    private final ModelFile model;
    private final LevelDatabase levels;
    private final TensorOps ops;
    private final List<String> layers;
    private final BoundedCache<Key, Weight> cache;
    private final Function<Key, Weight> loader = this::load;
    private final boolean stayPacked;

    private record Key(String layer, String level) {}

    /**
     * @param levels null where only dense weights are asked for
     * @param maxBytes bound on the weights in the engine's memory, see {@link BoundedCache}
     */
    public WeightCache(ModelFile model, LevelDatabase levels, TensorOps ops, long maxBytes) {
        this.model = model;
        this.levels = levels;
        this.ops = ops;
        this.layers = model.config().layers().stream()
                .map(ModelConfig.LayerShape::name)
                .toList();
        this.cache = new BoundedCache<>(Weight::sizeInBytes, maxBytes);
        long bytes = model.config().layers().stream()
                .mapToLong(layer -> Float.BYTES * layer.parameters())
                .sum();
        this.stayPacked = ops.multipliesPacked() || bytes > maxBytes;
    }

    /** The weights of the original model. */
    public LayerWeights dense() {
        String[] levels = new String[layers.size()];
        Arrays.fill(levels, DENSE);
        return candidate(levels);
    }

    /** The weights of a candidate, given by a level name for each layer in model order. */
    public LayerWeights candidate(String[] levels) {
        Key[] keys = IntStream.range(0, levels.length)
                .mapToObj(layer -> new Key(layers.get(layer), levels[layer]))
                .toArray(Key[]::new);
        return new LayerWeights() {
            @Override
            public Weight acquire(int layer) {
                return cache.acquire(keys[layer], loader);
            }

            @Override
            public void release(int layer) {
                cache.release(keys[layer]);
            }

            @Override
            public boolean dropped(int layer) {
                return keys[layer].level().equals(Dropped.LEVEL);
            }
        };
    }

    /** How often weights were there, since this was last asked. */
    public BoundedCache.Counts takeCounts() {
        return cache.takeCounts();
    }

    private Weight load(Key key) {
        if (key.level().equals(DENSE)) {
            return FixedWeights.load(model, key.layer() + ".weight", ops);
        }
        PackedMatrix packed = packedLevel(key);
        if (stayPacked) {
            return ops.keep(packed);
        }
        Tensor tensor = ops.allocateOperand(packed.rows(), packed.columns());
        float[] row = new float[packed.columns()];
        for (int r = 0; r < packed.rows(); r++) {
            packed.dequantize(r, row);
            tensor.writeRow(r, row, 0);
        }
        return tensor;
    }

    private PackedMatrix packedLevel(Key key) {
        if (levels == null) {
            throw new IllegalArgumentException("Layer " + key.layer() + " asks for level " + key.level()
                    + " without a level database.\nMaybe name the run that built the levels.");
        }
        return levels.level(key.layer(), key.level());
    }

    @Override
    public void close() {
        cache.close();
    }
}
