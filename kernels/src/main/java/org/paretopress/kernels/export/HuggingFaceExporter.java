package org.paretopress.kernels.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.HuggingFaceModel;
import org.paretopress.kernels.model.SafetensorsFile;
import org.paretopress.kernels.model.TensorInfo;

/**
 * Writes a Hugging Face directory with the weights as the search saw them.
 *
 * <p>Compressed layers are written as the 32-bit floats they dequantize to; everything else keeps its type and its bits.
 * Files in which nothing changes are copied byte for byte.
 */
public final class HuggingFaceExporter {

    private static final String INDEX = "model.safetensors.index.json";

    private final HuggingFaceModel model;
    private final LevelDatabase levels;
    private final Map<String, String> assignment;

    /**
     * @param levels may be null where every layer stays dense
     * @param assignment level name by layer name; layers that are not named stay dense
     */
    public HuggingFaceExporter(HuggingFaceModel model, LevelDatabase levels, Map<String, String> assignment) {
        this.model = model;
        this.levels = levels;
        this.assignment = assignment;
    }

    /** Writes into an empty or new directory. */
    public void writeTo(Path directory) throws IOException {
        Files.createDirectories(directory);
        long totalBytes = 0;
        for (SafetensorsFile shard : model.shards()) {
            Path target = directory.resolve(shard.path().getFileName().toString());
            if (shard.tensors().stream().noneMatch(this::isCompressed)) {
                Files.copy(shard.path(), target, StandardCopyOption.REPLACE_EXISTING);
                totalBytes += shard.tensors().stream()
                        .mapToLong(TensorInfo::sizeInBytes)
                        .sum();
            } else {
                List<SafetensorsWriter.Entry> entries = new ArrayList<>();
                shard.tensors().forEach(tensor -> entries.add(entry(tensor)));
                SafetensorsWriter.write(target, entries);
                totalBytes += entries.stream()
                        .mapToLong(SafetensorsWriter.Entry::sizeInBytes)
                        .sum();
            }
        }
        copyCompanions(directory, totalBytes);
    }

    private boolean isCompressed(TensorInfo tensor) {
        return !levelOf(tensor).equals(WeightCache.DENSE);
    }

    private String levelOf(TensorInfo tensor) {
        String layer = tensor.name().replaceFirst("\\.weight$", "");
        return assignment.getOrDefault(layer, WeightCache.DENSE);
    }

    private SafetensorsWriter.Entry entry(TensorInfo tensor) {
        if (!isCompressed(tensor)) {
            return new SafetensorsWriter.Entry(
                    tensor.name(),
                    (DataType) tensor.type(),
                    tensor.shape(),
                    tensor.sizeInBytes(),
                    out -> copy(tensor, out));
        }
        PackedMatrix packed = levels.level(tensor.name().replaceFirst("\\.weight$", ""), levelOf(tensor));
        return new SafetensorsWriter.Entry(
                tensor.name(), DataType.F32, tensor.shape(), 4 * tensor.elements(), out -> dequantize(packed, out));
    }

    private void copy(TensorInfo tensor, WritableByteChannel out) throws IOException {
        long rowBytes = Math.max(1, tensor.type().sizeInBytes(1, tensor.columns()));
        long rowsAtOnce = Math.max(1, (1L << 30) / rowBytes);
        for (long row = 0; row < tensor.rows(); row += rowsAtOnce) {
            out.write(model.bytes(tensor, row, Math.min(rowsAtOnce, tensor.rows() - row)));
        }
    }

    private static void dequantize(PackedMatrix packed, WritableByteChannel out) throws IOException {
        float[] row = new float[packed.columns()];
        ByteBuffer bytes = ByteBuffer.allocate(4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int r = 0; r < packed.rows(); r++) {
            packed.dequantize(r, row);
            bytes.clear();
            bytes.asFloatBuffer().put(row);
            out.write(bytes);
        }
    }

    /** Tokenizer and settings go along; the type named in config.json is that of the widest weights. */
    private void copyCompanions(Path directory, long totalBytes) throws IOException {
        boolean changed = model.tensors().stream().anyMatch(this::isCompressed);
        try (Stream<Path> files = Files.list(model.path())) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = file.getFileName().toString();
                Path target = directory.resolve(name);
                if (changed && name.equals("config.json")) {
                    new ConfigFile(file).copyTo(target, DataType.F32);
                } else if (changed && name.equals(INDEX)) {
                    writeIndex(file, target, totalBytes);
                } else if (name.endsWith(".json") || name.equals("tokenizer.model") || name.endsWith(".jinja")) {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static void writeIndex(Path source, Path target, long totalBytes) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode index = (ObjectNode) mapper.readTree(source.toFile());
        index.withObject("/metadata").put("total_size", totalBytes);
        mapper.writerWithDefaultPrettyPrinter().writeValue(target.toFile(), index);
    }
}
