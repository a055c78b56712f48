package org.paretopress.kernels.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** A model on disk: its dimensions and its tensors. All shapes are checked on opening; weights are read on demand. */
public sealed interface ModelFile permits HuggingFaceModel, CompressedTensorsModel, GgufModel {

    /**
     * Opens a Hugging Face directory, of original weights or packed by compressed-tensors, or a file in the GGUF format.
     *
     * @throws MalformedModelException if anything is missing, cut or of a shape that the rest does not fit
     */
    static ModelFile open(Path path) {
        if (Files.isRegularFile(path)) {
            return GgufModel.open(path);
        }
        JsonNode quantization = HuggingFaceModel.quantization(path);
        return quantization.isMissingNode() || quantization.isNull()
                ? HuggingFaceModel.open(path)
                : CompressedTensorsModel.open(path, quantization);
    }

    Path path();

    ModelConfig config();

    /** Every tensor of the model, in the order of its files. */
    Collection<TensorInfo> tensors();

    /** @throws MalformedModelException if there is no such tensor */
    TensorInfo tensor(String name);

    /** The bytes of some rows of a tensor, little-endian, at most 2 GiB. */
    ByteBuffer bytes(TensorInfo tensor, long firstRow, long rows);

    /**
     * Reads rows as floats.
     *
     * @param target receives {@code rows × columns} values, row by row
     */
    default void read(TensorInfo tensor, long firstRow, int rows, float[] target) {
        tensor.type().read(bytes(tensor, firstRow, rows), 0, rows * tensor.columns(), target, 0);
    }

    /** The folder that the tokenizer of this model lies in. */
    Path folder();

    /** The file that holds a tensor. */
    Path fileOf(TensorInfo tensor);

    /** The files whose bytes make up the model, for fingerprints. */
    List<Path> files();

    /** Bytes of everything that is not a compressible layer: embeddings, norms, head, as stored. */
    default long fixedSizeInBytes() {
        long layers = config().layers().stream()
                .mapToLong(layer -> tensor(layer.name() + ".weight").sizeInBytes())
                .sum();
        return sizeInBytes() - layers;
    }

    /** Bytes of all tensors as stored. */
    default long sizeInBytes() {
        return tensors().stream().mapToLong(TensorInfo::sizeInBytes).sum();
    }

    /** A whole tensor as floats, row by row; for tensors of fewer than 2^29 elements. */
    default float[] read(String name) {
        TensorInfo tensor = tensor(name);
        float[] values = new float[Math.toIntExact(tensor.elements())];
        read(tensor, 0, Math.toIntExact(tensor.rows()), values);
        return values;
    }
}
