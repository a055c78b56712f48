package org.paretopress.kernels.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.paretopress.kernels.model.HuggingFaceModel;
import org.paretopress.kernels.model.SafetensorsFile;
import org.paretopress.kernels.model.TensorInfo;

/**
 * Writes a Hugging Face directory in which some tensors of a model are replaced. Files in which nothing changes are copied byte for byte;
 * tokenizer and settings go along.
 *
 * @param replacement what is written in place of a tensor; empty where it stays as it is
 */
record HuggingFaceFolder(HuggingFaceModel model, Function<TensorInfo, List<TensorEntry>> replacement) {

    private static final String CONFIG = "config.json";
    private static final String INDEX = "model.safetensors.index.json";

    /**
     * Writes into an empty or new directory.
     *
     * @param configuration changes {@code config.json}, where any tensor is replaced
     */
    void writeTo(Path directory, Consumer<ObjectNode> configuration) throws IOException {
        Files.createDirectories(directory);
        Map<String, String> files = new LinkedHashMap<>();
        boolean changed = false;
        long totalBytes = 0;
        for (SafetensorsFile shard : model.shards()) {
            String name = shard.path().getFileName().toString();
            List<TensorEntry> entries = new ArrayList<>();
            boolean replaced = false;
            for (TensorInfo tensor : shard.tensors()) {
                List<TensorEntry> own = replacement.apply(tensor);
                replaced |= !own.isEmpty();
                entries.addAll(own.isEmpty() ? List.of(asItIs(tensor)) : own);
            }
            if (replaced) {
                SafetensorsWriter.write(directory.resolve(name), entries);
            } else {
                Files.copy(shard.path(), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
            changed |= replaced;
            entries.forEach(entry -> files.put(entry.name(), name));
            totalBytes += entries.stream().mapToLong(TensorEntry::sizeInBytes).sum();
        }
        copyCompanions(directory);
        if (changed) {
            new JsonFile(model.path().resolve(CONFIG)).copyTo(directory.resolve(CONFIG), configuration);
            writeIndex(directory.resolve(INDEX), files, totalBytes);
        }
    }

    private TensorEntry asItIs(TensorInfo tensor) {
        return new TensorEntry(tensor.name(), tensor.type(), tensor.shape(), out -> copy(tensor, out));
    }

    private void copy(TensorInfo tensor, WritableByteChannel out) throws IOException {
        long rowBytes = Math.max(1, tensor.type().sizeInBytes(1, tensor.columns()));
        long rowsAtOnce = Math.max(1, (1L << 30) / rowBytes);
        for (long row = 0; row < tensor.rows(); row += rowsAtOnce) {
            out.write(model.bytes(tensor, row, Math.min(rowsAtOnce, tensor.rows() - row)));
        }
    }

    private void copyCompanions(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(model.path())) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".json") || name.equals("tokenizer.model") || name.endsWith(".jinja")) {
                    Files.copy(file, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    /** Where the model has an index. */
    private void writeIndex(Path target, Map<String, String> files, long totalBytes) throws IOException {
        Path index = model.path().resolve(INDEX);
        if (Files.exists(index)) {
            new JsonFile(index).copyTo(target, json -> {
                json.withObject("/metadata").put("total_size", totalBytes);
                ObjectNode map = json.putObject("weight_map");
                files.forEach(map::put);
            });
        }
    }
}
