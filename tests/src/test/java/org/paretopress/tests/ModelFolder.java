package org.paretopress.tests;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A copy of the first blocks of the embedded model, which a test may change. */
record ModelFolder(Path path) {

    static final String WEIGHTS = "model.safetensors";

    /** The demo model cut after some blocks: a working Llama, faster than the whole. */
    static ModelFolder demo(Path path, int blocks) throws IOException {
        Files.createDirectories(path);
        for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
            Files.write(path.resolve(name), Files.readAllBytes(Shared.demo("model/" + name)));
        }
        Map<String, RawTensor> tensors = new LinkedHashMap<>(RawTensor.read(Shared.demo("model/" + WEIGHTS)));
        tensors.keySet()
                .removeIf(name ->
                        name.matches("model\\.layers\\.\\d+\\..*") && Integer.parseInt(name.split("\\.")[2]) >= blocks);
        ModelFolder folder = new ModelFolder(path);
        RawTensor.write(folder.weights(), tensors);
        folder.config(config -> config.put("num_hidden_layers", blocks));
        return folder;
    }

    Path weights() {
        return path.resolve(WEIGHTS);
    }

    /** Changes config.json. */
    void config(Consumer<ObjectNode> change) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        Path file = path.resolve("config.json");
        ObjectNode config = (ObjectNode) mapper.readTree(file.toFile());
        change.accept(config);
        mapper.writeValue(file.toFile(), config);
    }

    /** Changes the tensors of the one weights file. */
    void tensors(Consumer<Map<String, RawTensor>> change) throws IOException {
        Map<String, RawTensor> tensors = RawTensor.read(weights());
        change.accept(tensors);
        RawTensor.write(weights(), tensors);
    }

    /** Spreads the tensors over two files with an index, one tensor to each in turn. */
    void shard() throws IOException {
        List<String> names = List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
        List<Map<String, RawTensor>> shards = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode index = mapper.createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        int next = 0;
        for (Map.Entry<String, RawTensor> entry : RawTensor.read(weights()).entrySet()) {
            shards.get(next).put(entry.getKey(), entry.getValue());
            map.put(entry.getKey(), names.get(next));
            next = 1 - next;
        }
        for (int i = 0; i < 2; i++) {
            RawTensor.write(path.resolve(names.get(i)), shards.get(i));
        }
        mapper.writeValue(path.resolve("model.safetensors.index.json").toFile(), index);
        Files.delete(weights());
    }
}
