package org.paretopress.kernels.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Hugging Face directory whose layers are packed integers in the format {@code pack-quantized} of compressed-tensors. A packed layer
 * reads as the 32-bit floats that its codes stand for.
 */
public final class CompressedTensorsModel implements ModelFile {

    private final HuggingFaceModel stored;
    private final Map<String, PackedIntegers> packed = new LinkedHashMap<>();

    private CompressedTensorsModel(HuggingFaceModel stored) {
        this.stored = stored;
    }

    /**
     * Opens a directory.
     *
     * @param quantization of its {@code config.json}
     * @throws MalformedModelException if a layer is neither there nor packed as the configuration says
     */
    static CompressedTensorsModel open(Path directory, JsonNode quantization) {
        CompressedTensorsModel model = new CompressedTensorsModel(HuggingFaceModel.unchecked(directory));
        PackedIntegers.Schemes schemes = new PackedIntegers.Schemes(directory.resolve("config.json"), quantization);
        for (ModelConfig.LayerShape layer : model.config().layers()) {
            if (model.stored.has(layer.name() + PackedIntegers.CODES)) {
                model.packed.put(
                        layer.name() + ".weight", PackedIntegers.of(model.stored, layer, schemes.of(layer.name())));
            }
        }
        model.requireReadable();
        new ShapeCheck(model).run();
        return model;
    }

    private void requireReadable() {
        for (TensorInfo tensor : stored.tensors()) {
            String name = tensor.name();
            boolean part = isPart(name);
            if (part && (name.endsWith(".weight") || name.endsWith("_g_idx"))) {
                throw unreadable(
                        tensor, name.endsWith(".weight") ? "beside its packed form" : "of an activation order");
            }
            if (!part && name.endsWith(PackedIntegers.CODES)) {
                throw unreadable(tensor, "of a packed embedding or head");
            }
        }
    }

    private MalformedModelException unreadable(TensorInfo tensor, String what) {
        return new MalformedModelException(
                stored.fileOf(tensor),
                tensor.offset(),
                "tensor " + tensor.name() + ", " + what + ", cannot be read.",
                "take the original weights.");
    }

    @Override
    public Path path() {
        return stored.path();
    }

    @Override
    public Path folder() {
        return stored.folder();
    }

    @Override
    public ModelConfig config() {
        return stored.config();
    }

    @Override
    public Collection<TensorInfo> tensors() {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        packed.forEach((name, layer) -> tensors.put(name, layer.asFloats(name)));
        for (TensorInfo tensor : stored.tensors()) {
            if (!isPart(tensor.name())) {
                tensors.put(tensor.name(), tensor);
            }
        }
        return List.copyOf(tensors.values());
    }

    /** Whether a stored tensor is one of those that a packed layer consists of. */
    private boolean isPart(String tensor) {
        return packed.containsKey(tensor.replaceFirst("\\.weight_(packed|scale|zero_point|shape|g_idx)$", ".weight"));
    }

    @Override
    public TensorInfo tensor(String name) {
        PackedIntegers layer = packed.get(name);
        return layer == null ? stored.tensor(name) : layer.asFloats(name);
    }

    @Override
    public Path fileOf(TensorInfo tensor) {
        PackedIntegers layer = packed.get(tensor.name());
        return stored.fileOf(layer == null ? tensor : layer.codes());
    }

    @Override
    public List<Path> files() {
        return stored.files();
    }

    @Override
    public ByteBuffer bytes(TensorInfo tensor, long firstRow, long rows) {
        PackedIntegers layer = packed.get(tensor.name());
        if (layer == null) {
            return stored.bytes(tensor, firstRow, rows);
        }
        int count = Math.toIntExact(rows);
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES * tensor.columns()))
                .order(ByteOrder.LITTLE_ENDIAN);
        layer.read(stored, firstRow, count, bytes);
        return bytes;
    }

    @Override
    public long sizeInBytes() {
        return stored.sizeInBytes();
    }

    @Override
    public long fixedSizeInBytes() {
        return stored.tensors().stream()
                .filter(tensor -> !isPart(tensor.name()) && !isLayer(tensor.name()))
                .mapToLong(TensorInfo::sizeInBytes)
                .sum();
    }

    private boolean isLayer(String tensor) {
        return config().layers().stream().anyMatch(layer -> tensor.equals(layer.name() + ".weight"));
    }
}
