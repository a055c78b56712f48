package org.paretopress.kernels.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A Hugging Face directory: {@code config.json} and {@code model.safetensors}, or shards named by an index. */
public final class HuggingFaceModel implements ModelFile {

    private static final String CONFIG = "config.json";
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Path directory;
    private final ModelConfig config;
    private final List<SafetensorsFile> shards;
    private final Map<String, Located> tensors = new LinkedHashMap<>();

    private record Located(SafetensorsFile file, TensorInfo info) {}

    private HuggingFaceModel(Path directory, ModelConfig config, List<SafetensorsFile> shards) {
        this.directory = directory;
        this.config = config;
        this.shards = shards;
        for (SafetensorsFile shard : shards) {
            for (TensorInfo info : shard.tensors()) {
                Located before = tensors.putIfAbsent(info.name(), new Located(shard, info));
                if (before != null) {
                    throw new MalformedModelException(
                            shard.path(),
                            info.offset(),
                            "tensor " + info.name() + " is also in "
                                    + before.file().path() + ".",
                            "shards of two models lie in one folder.");
                }
            }
        }
    }

    /** @throws MalformedModelException if anything is missing, cut, or of another shape than config.json says */
    public static HuggingFaceModel open(Path directory) {
        HuggingFaceModel model = unchecked(directory);
        new ShapeCheck(model).run();
        return model;
    }

    /** A folder whose tensors may have any names and shapes. */
    static HuggingFaceModel unchecked(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new MalformedModelException(directory, "there is no such model folder.", "the path is misspelt.");
        }
        ModelConfig config = ModelConfig.read(directory.resolve(CONFIG));
        List<SafetensorsFile> shards = new ArrayList<>();
        for (String name : shardNames(directory)) {
            shards.add(SafetensorsFile.open(directory.resolve(name)));
        }
        return new HuggingFaceModel(directory, config, shards);
    }

    /** What {@code config.json} says of how the weights are quantized; a missing node where they are not. */
    static JsonNode quantization(Path directory) {
        Path config = directory.resolve(CONFIG);
        return Files.isRegularFile(config) ? readJson(config).path("quantization_config") : MissingNode.getInstance();
    }

    @Override
    public Path path() {
        return directory;
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public Collection<TensorInfo> tensors() {
        return tensors.values().stream().map(Located::info).toList();
    }

    @Override
    public TensorInfo tensor(String name) {
        Located located = tensors.get(name);
        if (located == null) {
            throw new MalformedModelException(
                    directory,
                    "tensor " + name + " is missing.",
                    "a shard is missing, or config.json belongs to another model.");
        }
        return located.info();
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** The safetensors files, in order. */
    public List<SafetensorsFile> shards() {
        return List.copyOf(shards);
    }

    @Override
    public Path fileOf(TensorInfo tensor) {
        return tensors.get(tensor.name()).file().path();
    }

    @Override
    public ByteBuffer bytes(TensorInfo tensor, long firstRow, long rows) {
        return tensors.get(tensor.name()).file().map(tensor, firstRow, rows);
    }

    @Override
    public Path folder() {
        return directory;
    }

    @Override
    public List<Path> files() {
        List<Path> files = new ArrayList<>(List.of(directory.resolve("config.json")));
        shards.forEach(shard -> files.add(shard.path()));
        return files;
    }

    private static Collection<String> shardNames(Path directory) {
        if (Files.isRegularFile(directory.resolve(SINGLE))) {
            return List.of(SINGLE);
        }
        Path index = directory.resolve(INDEX);
        if (!Files.isRegularFile(index)) {
            throw new MalformedModelException(
                    directory,
                    "there is neither " + SINGLE + " nor " + INDEX + ".",
                    "the weights are in another format: convert them to safetensors.");
        }
        Collection<String> names = new TreeSet<>();
        readJson(index).path("weight_map").forEach(file -> names.add(file.asText()));
        for (String name : names) {
            if (name.contains("/") || name.contains("\\")) {
                throw new MalformedModelException(
                        index, "shard " + name + " lies outside the folder.", "the index was changed by hand.");
            }
            if (!Files.isRegularFile(directory.resolve(name))) {
                throw new MalformedModelException(index, "shard " + name + " is missing.", "the copy was cut.");
            }
        }
        return names;
    }

    private static JsonNode readJson(Path path) {
        try {
            return new ObjectMapper().readTree(path.toFile());
        } catch (JsonProcessingException e) {
            throw new MalformedModelException(path, "not JSON: " + e.getOriginalMessage(), "the copy was cut.");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path, e);
        }
    }
}
