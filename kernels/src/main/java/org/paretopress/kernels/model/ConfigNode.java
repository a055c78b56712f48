package org.paretopress.kernels.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;

/** An object of a {@code config.json}, read with errors that name file, key and value. */
record ConfigNode(Path path, JsonNode json) {

    boolean has(String key) {
        return json.hasNonNull(key);
    }

    boolean flag(String key) {
        return json.path(key).asBoolean(false);
    }

    double number(String key, double fallback) {
        return json.path(key).asDouble(fallback);
    }

    int positive(String key) {
        JsonNode value = json.path(key);
        if (!value.canConvertToInt() || value.asInt() <= 0) {
            throw error(key, "should be a positive whole number.");
        }
        return value.asInt();
    }

    /** Where the rotary settings are: {@code rope_scaling} in older files, {@code rope_parameters} in newer ones. */
    ConfigNode rope() {
        return new ConfigNode(path, json.path(has("rope_parameters") ? "rope_parameters" : "rope_scaling"));
    }

    MalformedModelException error(String key, String reason) {
        JsonNode value = json.path(key);
        return new MalformedModelException(
                path,
                key + (value.isMissingNode() ? " is missing: it " : " = " + value + " ") + reason,
                "the file belongs to another kind of model.");
    }
}
