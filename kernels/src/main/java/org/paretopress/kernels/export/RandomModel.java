package org.paretopress.kernels.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.LlamaTensors;
import org.paretopress.kernels.model.MalformedModelException;
import org.paretopress.kernels.model.ModelConfig;

/**
 * A Llama with random weights in the shape that a {@code config.json} gives: something to measure and to test on, in any
 * shape, without a download. Linear layers and embeddings are normal around 0, the gains of norms are 1.
 *
 * @param deviation standard deviation of the weights
 * @param parameters elements of all tensors
 */
public record RandomModel(Path config, LlamaTensors tensors, double deviation, long parameters) {

    private static final String DEVIATION_KEY = "initializer_range";
    private static final double USUAL_DEVIATION = 0.02;
    private static final double LARGEST_DEVIATION = 1000; // a half ends at 65504

    /** @throws MalformedModelException if the file describes no Llama, or one of a shape that nothing can hold */
    public static RandomModel read(Path config) {
        LlamaTensors tensors = new LlamaTensors(ModelConfig.read(config));
        try {
            long parameters = tensors.parameters();
            Math.multiplyExact(parameters, (long) DataType.F32.sizeInBytes());
            return new RandomModel(config, tensors, deviation(config), parameters);
        } catch (ArithmeticException e) {
            throw new MalformedModelException(
                    config, "the shape has more than 2^61 parameters.", "a dimension has a digit too many.");
        }
    }

    private static double deviation(Path config) {
        JsonNode value;
        try {
            value = new ObjectMapper().readTree(config.toFile()).path(DEVIATION_KEY);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + config, e);
        }
        if (value.isMissingNode() || value.isNull()) {
            return USUAL_DEVIATION;
        }
        double deviation = value.isNumber() ? value.asDouble() : Double.NaN;
        if (!(deviation > 0 && deviation <= LARGEST_DEVIATION)) {
            throw new MalformedModelException(
                    config,
                    DEVIATION_KEY + " = " + value + " should be a number above 0, and no more than 1000.",
                    "0.02 was meant, the standard deviation of new weights.");
        }
        return deviation;
    }

    /** Bytes of all weights. */
    public long sizeInBytes(DataType type) {
        return parameters * type.sizeInBytes();
    }

    /**
     * Writes {@code model.safetensors}, whatever its length, and {@code config.json} into a folder. The same seed gives the
     * same bytes; no more than some kilobytes of weights are in memory.
     */
    public void writeTo(Path folder, DataType type, long seed) throws IOException {
        List<TensorEntry> entries = new ArrayList<>();
        tensors.forEach((name, shape) -> entries.add(entry(name, shape, type, seed)));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), entries);
        new JsonFile(config).copyTo(folder.resolve("config.json"), json -> JsonFile.nameType(json, type));
    }

    private TensorEntry entry(String name, List<Long> shape, DataType type, long seed) {
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        RandomWeights weights =
                name.endsWith("norm.weight") ? RandomWeights.ones() : RandomWeights.of(seed, name, deviation);
        return new TensorEntry(name, type, shape, out -> weights.writeTo(out, type, elements));
    }
}
