package org.paretopress.kernels.levels;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Strict JSON for headers and manifests: every field present, none unknown or twice; doubles read back bit-identical. */
final class LevelJson {

    private final JsonMapper mapper = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    /** UTF-8 text on one line. */
    byte[] toBytes(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** UTF-8 text for people, ended by a line feed. */
    byte[] toPrettyBytes(Object value) {
        try {
            String text = mapper.writerWithDefaultPrettyPrinter().writeValueAsString(value);
            return (text.replace(System.lineSeparator(), "\n") + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Any JSON document. */
    JsonNode tree(byte[] json, String file, long offset) {
        return read(json, JsonNode.class, file, offset);
    }

    /**
     * A value of a type.
     *
     * @param file name for errors
     * @param offset of the text within the file, for errors
     * @throws CorruptLevelException where the text is not that type
     */
    <T> T read(byte[] json, Class<T> type, String file, long offset) {
        try {
            return mapper.readValue(json, type);
        } catch (JsonProcessingException e) {
            JsonLocation location = e.getLocation();
            long at = location == null ? 0 : Math.max(0, location.getByteOffset());
            throw new CorruptLevelException(file, offset + at, reason(e), "it was edited or is of another version", e);
        } catch (IOException e) {
            throw new CorruptLevelException(file, offset, "it is no UTF-8 text", "it is a file of another kind", e);
        }
    }

    /** The message of a refused value where there is one, else Jackson's own; the first line is enough. */
    private static String reason(JsonProcessingException e) {
        boolean refused = e.getCause() instanceof IllegalArgumentException;
        String message = refused ? e.getCause().getMessage() : e.getOriginalMessage();
        return message.lines().findFirst().orElse("no JSON").replaceAll("\\.$", "");
    }
}
