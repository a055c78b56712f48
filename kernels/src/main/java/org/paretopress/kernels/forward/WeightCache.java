package org.paretopress.kernels.forward;

import java.util.function.Function;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/** Weights of (layer, level) pairs, dequantized once and shared by all threads while they are hot. */
public final class WeightCache implements AutoCloseable {

    /** Level name of the original weights. */
    public static final String DENSE = "dense";

    private final ModelFile model;
    private final LevelDatabase levels;
    private final TensorOps ops;
    private final BoundedCache<Key, Tensor> cache;

    private record Key(String layer, String level) {}

    /**
     * @param levels null where only dense weights are asked for
     * @param maxBytes bound on the dequantized weights, see {@link BoundedCache}
     */
    public WeightCache(ModelFile model, LevelDatabase levels, TensorOps ops, long maxBytes) {
        this.model = model;
        this.levels = levels;
        this.ops = ops;
        this.cache = new BoundedCache<>(Tensor::sizeInBytes, maxBytes);
    }

    /** The weights of the original model. */
    public LayerWeights dense() {
        return candidate(layer -> DENSE);
    }

    /** The weights of a candidate, given by the level of each layer. */
    public LayerWeights candidate(Function<String, String> levelOfLayer) {
        return (layer, user) -> cache.use(new Key(layer, levelOfLayer.apply(layer)), this::load, weight -> {
            user.accept(weight);
            return weight;
        });
    }

    private Tensor load(Key key) {
        if (key.level().equals(DENSE)) {
            return FixedWeights.load(model, key.layer() + ".weight", ops);
        }
        if (levels == null) {
            throw new IllegalArgumentException("Layer " + key.layer() + " asks for level " + key.level()
                    + " without a level database.\nMaybe name the run that built the levels.");
        }
        PackedMatrix packed = levels.level(key.layer(), key.level());
        Tensor tensor = ops.allocate(packed.rows(), packed.columns());
        float[] row = new float[packed.columns()];
        for (int r = 0; r < packed.rows(); r++) {
            packed.dequantize(r, row);
            tensor.writeRow(r, row, 0);
        }
        return tensor;
    }

    @Override
    public void close() {
        cache.close();
    }
}
