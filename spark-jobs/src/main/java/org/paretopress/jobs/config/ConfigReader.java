package org.paretopress.jobs.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.paretopress.jobs.InputException;

/** Reads run configurations; unknown keys are errors that name the key and the nearest known one. */
public final class ConfigReader {

    private final ObjectMapper yaml = new YAMLMapper(
                    new YAMLFactory().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER))
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);

    public ConfigReader() {
        yaml.coercionConfigFor(LogicalType.Boolean).setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
    }

    /**
     * Reads a configuration.
     *
     * @param name of the file, for messages
     * @param text its contents
     * @param overrides {@code dotted.key=value}, later ones win
     */
    public RunConfig read(String name, String text, List<String> overrides) {
        ObjectNode root = root(name, text);
        overrides.forEach(override -> override(root, override));
        return config(name, text, root);
    }

    /** @param text where lines of keys are looked for, for messages */
    RunConfig config(String name, String text, ObjectNode root) {
        try {
            return yaml.treeToValue(root, RunConfig.class);
        } catch (UnrecognizedPropertyException e) {
            throw unknownKey(name, text, e);
        } catch (JsonProcessingException e) {
            throw badValue(name, root, e);
        }
    }

    ObjectNode root(String name, String text) {
        try {
            if (yaml.readTree(text) instanceof ObjectNode root) {
                return root;
            }
            throw new InputException(name + " holds no configuration.", "it is empty: conf/demo.yaml is an example.");
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw unreadable(name + (at == null ? "" : " line " + at.getLineNr()), e, "indentation or a quote is off.");
        }
    }

    /** @param remedy where the text is no YAML at all */
    private static InputException unreadable(String place, JsonProcessingException e, String remedy) {
        String reason = firstLine(e);
        Matcher number = Pattern.compile("Malformed numeric value '(.*)'").matcher(reason);
        if (number.find()) {
            return new InputException(
                    place + " holds " + number.group(1) + ", which is no number to compute with.",
                    "write a finite number.");
        }
        Matcher twice = Pattern.compile("Duplicate field '(.*)'").matcher(reason);
        if (twice.find()) {
            return new InputException(place + " has the key '" + twice.group(1) + "' twice.", "remove one of them.");
        }
        return new InputException(place + " is not YAML: " + reason + ".", remedy);
    }

    /** Reads a flat mapping of texts, such as level names by layer; JSON is YAML too. */
    public Map<String, String> readMap(String name, String text) {
        try {
            JsonNode tree = yaml.readTree(text);
            if (!tree.isObject()) {
                throw new InputException(name + " holds no mapping.", "write lines of 'layer: level'.");
            }
            Map<String, String> map = new LinkedHashMap<>();
            tree.properties()
                    .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
            return map;
        } catch (JsonProcessingException e) {
            throw new InputException(name + " is neither YAML nor JSON: " + firstLine(e), "a quote is missing.");
        }
    }

    /** The configuration as YAML that {@link #read} reads back. */
    public String write(RunConfig config) {
        try {
            return yaml.writeValueAsString(config);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A run configuration is always writable", e);
        }
    }

    void override(ObjectNode root, String override) {
        int equals = override.indexOf('=');
        if (equals <= 0) {
            throw new InputException("--set " + override + " has no key.", "write --set search.seed=7.");
        }
        try {
            JsonNode value = yaml.readTree(override.substring(equals + 1));
            set(root, override.substring(0, equals), value.isMissingNode() ? root.nullNode() : value);
        } catch (JsonProcessingException e) {
            throw unreadable("--set " + override, e, "a bracket or a quote is missing.");
        }
    }

    static void set(ObjectNode root, String dottedKey, JsonNode value) {
        String[] keys = dottedKey.split("\\.", -1);
        ObjectNode node = root;
        for (int i = 0; i < keys.length - 1; i++) {
            JsonNode child = node.get(keys[i]);
            node = child instanceof ObjectNode object ? object : node.putObject(keys[i]);
        }
        node.set(keys[keys.length - 1], value);
    }

    private static InputException unknownKey(String name, String text, UnrecognizedPropertyException e) {
        String key = e.getPropertyName();
        List<String> known =
                e.getKnownPropertyIds().stream().map(Object::toString).sorted().toList();
        String nearest = known.stream()
                .min(Comparator.comparing(
                        k -> LevenshteinDistance.getDefaultInstance().apply(k, key)))
                .orElse("none");
        return new InputException(
                name + line(text, key) + ": unknown key '" + dotted(e) + "'; known here: " + String.join(", ", known)
                        + ".",
                "'" + nearest + "' was meant.");
    }

    /** Where a key stands, as far as the text tells. */
    private static String line(String text, String key) {
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).matches("(.*[{,\\s])?" + Pattern.quote(key) + "\\s*:.*")) {
                return " line " + (i + 1);
            }
        }
        return "";
    }

    private InputException badValue(String name, JsonNode root, JsonProcessingException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InputException input) {
                return input;
            }
        }
        JsonNode value = root;
        for (JsonMappingException.Reference step : path(e)) {
            value = step.getFieldName() == null ? value.path(step.getIndex()) : value.path(step.getFieldName());
        }
        return new InputException(
                name + ": " + dotted(e) + " = " + value + " cannot be used.", "write " + expected(e) + ".");
    }

    private String expected(JsonProcessingException e) {
        if (e.getCause() instanceof InputCoercionException) {
            return "a smaller number";
        }
        Class<?> type = e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : Object.class;
        if (type.isEnum()) {
            return "one of " + List.of(yaml.convertValue(type.getEnumConstants(), String[].class));
        }
        if (type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (type == Double.class) {
            return "a number";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (type.isRecord()) {
            return "keys and values, in {braces} or indented; known here: " + keys(type);
        }
        if (List.class.isAssignableFrom(type)) {
            return "a list in [brackets]";
        }
        return type == String.class ? "a text" : "it as conf/demo.yaml does";
    }

    private static String keys(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.joining(", "));
    }

    private static List<JsonMappingException.Reference> path(JsonProcessingException e) {
        return e instanceof JsonMappingException mapping ? mapping.getPath() : List.of();
    }

    private static String dotted(JsonProcessingException e) {
        return path(e).stream()
                .map(r -> r.getFieldName() == null ? Integer.toString(r.getIndex()) : r.getFieldName())
                .collect(Collectors.joining("."));
    }

    private static String firstLine(JsonProcessingException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("").strip();
    }
}
