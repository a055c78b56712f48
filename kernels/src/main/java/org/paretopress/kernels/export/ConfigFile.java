package org.paretopress.kernels.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.paretopress.kernels.model.DataType;

/** The {@code config.json} of a model that is written anew: as it was, but for the type of the weights. */
record ConfigFile(Path source) {

    /** Copies byte for byte where the file names the type already. */
    void copyTo(Path target, DataType type) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode config = (ObjectNode) mapper.readTree(source.toFile());
        String key = config.has("dtype") ? "dtype" : "torch_dtype";
        if (config.path(key).asText().equals(name(type))) {
            Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
        } else {
            mapper.writerWithDefaultPrettyPrinter().writeValue(target.toFile(), config.put(key, name(type)));
        }
    }

    private static String name(DataType type) {
        return switch (type) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
        };
    }
}
