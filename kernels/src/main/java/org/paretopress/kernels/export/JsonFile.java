package org.paretopress.kernels.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.function.Consumer;
import org.paretopress.kernels.model.DataType;

/** A JSON file of a model that is written anew. */
record JsonFile(Path source) {

    private static final Map<DataType, String> NAMES =
            Map.of(DataType.F32, "float32", DataType.F16, "float16", DataType.BF16, "bfloat16");

    /** Copies with a change; byte for byte where that changes nothing. */
    void copyTo(Path target, Consumer<ObjectNode> change) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode before = (ObjectNode) mapper.readTree(source.toFile());
        ObjectNode after = before.deepCopy();
        change.accept(after);
        if (after.equals(before)) {
            Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
        } else {
            mapper.writerWithDefaultPrettyPrinter().writeValue(target.toFile(), after);
        }
    }

    /** Names the type of the weights in a {@code config.json}, under the key that the file uses. */
    static void nameType(ObjectNode config, DataType type) {
        config.put(config.has("dtype") ? "dtype" : "torch_dtype", NAMES.get(type));
    }
}
