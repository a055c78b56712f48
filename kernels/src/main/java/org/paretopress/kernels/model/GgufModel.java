package org.paretopress.kernels.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Llama in one GGUF file, under the names of tensors and in the order of rows that Hugging Face has. Its tokenizer is the
 * {@code tokenizer.json} beside it.
 */
public final class GgufModel implements ModelFile {

    /** Tensor of the factors by which the wavelengths of rotary embeddings are stretched, one a pair of channels. */
    public static final String ROPE_FACTORS = "rope_freqs.weight";

    private final GgufFile file;
    private final ModelConfig config;
    private final RotaryRows rotaryRows;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

    private GgufModel(GgufFile file) {
        this.file = file;
        Map<String, String> names = new LinkedHashMap<>();
        this.config = GgufConfig.of(file);
        this.rotaryRows = new RotaryRows(config.headSize());
        new LlamaTensors(config).forEach((name, shape) -> names.put(GgufNames.of(name), name));
        for (TensorInfo info : file.tensors()) {
            String name = names.getOrDefault(info.name(), info.name());
            tensors.put(name, new TensorInfo(name, info.type(), info.shape(), info.offset()));
        }
    }

    /** @throws MalformedModelException if the file is cut, or is no Llama */
    public static GgufModel open(Path path) {
        GgufModel model = new GgufModel(GgufFile.open(path));
        new ShapeCheck(model).run();
        return model;
    }

    @Override
    public Path path() {
        return file.path();
    }

    @Override
    public Path folder() {
        return file.path().toAbsolutePath().getParent();
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public Collection<TensorInfo> tensors() {
        return List.copyOf(tensors.values());
    }

    @Override
    public TensorInfo tensor(String name) {
        TensorInfo info = tensors.get(name);
        if (info == null) {
            throw new MalformedModelException(
                    file.path(), "tensor " + GgufNames.of(name) + " is missing.", "the file is one part of several.");
        }
        return info;
    }

    @Override
    public Path fileOf(TensorInfo tensor) {
        return file.path();
    }

    @Override
    public List<Path> files() {
        return List.of(file.path());
    }

    @Override
    public ByteBuffer bytes(TensorInfo tensor, long firstRow, long rows) {
        if (!RotaryRows.concern(tensor.name())) {
            return file.map(tensor, firstRow, rows);
        }
        int headSize = rotaryRows.headSize();
        long firstOfHead = firstRow / headSize * headSize;
        long behindHead = Math.min(tensor.rows(), (firstRow + rows + headSize - 1) / headSize * headSize);
        ByteBuffer heads = file.map(tensor, firstOfHead, behindHead - firstOfHead);
        int rowBytes = Math.toIntExact(tensor.type().sizeInBytes(1, tensor.columns()));
        ByteBuffer ordered =
                ByteBuffer.allocate(Math.toIntExact(rows * rowBytes)).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            long stored = rotaryRows.inGguf(firstRow + row) - firstOfHead;
            ordered.put(row * rowBytes, heads, Math.toIntExact(stored * rowBytes), rowBytes);
        }
        return ordered;
    }

    /** Entries of the file, see {@link GgufFile#metadata}. */
    public Map<String, Object> metadata() {
        return file.metadata();
    }
}
