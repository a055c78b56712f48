package org.paretopress.jobs.levels;

import java.io.Serializable;
import java.util.List;
import org.paretopress.jobs.config.RunConfig.Method;
import org.paretopress.jobs.config.RunConfig.Quantization;
import org.paretopress.kernels.compress.Compressor;
import org.paretopress.kernels.compress.Gptq;
import org.paretopress.kernels.compress.RoundToNearest;
import org.paretopress.kernels.levels.QuantizedShape;
import org.paretopress.kernels.model.ModelConfig.LayerShape;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;

/** The levels that a configuration asks for. Their sizes are known before anything is computed. */
public record LevelPlan(Method method, List<Integer> bits, int quantizationGroupSize) implements Serializable {

    /** Share of the Hessian's mean diagonal that GPTQ adds to its diagonal. */
    private static final double DAMPING = 0.01;

    public static LevelPlan of(Quantization quantization) {
        return new LevelPlan(quantization.method(), List.copyOf(quantization.bits()), quantization.groupSize());
    }

    public Compressor compressor() {
        return switch (method) {
            case gptq -> new Gptq(bits, quantizationGroupSize, DAMPING);
            case rtn -> new RoundToNearest(bits, quantizationGroupSize);
        };
    }

    /** Every assignment of these levels to the layers of a model. */
    public SearchSpace space(ModelFile model) {
        List<Layer> layers = model.config().layers().stream()
                .map(shape -> new Layer(shape.name(), shape.parameters(), levels(shape)))
                .toList();
        return new SearchSpace(layers, model.fixedSizeInBytes());
    }

    private List<Level> levels(LayerShape shape) {
        return bits.stream()
                .map(width -> new Level(
                        Integer.toString(width),
                        width,
                        new QuantizedShape(shape.rows(), shape.columns(), width, quantizationGroupSize).sizeInBytes()))
                .toList();
    }
}
