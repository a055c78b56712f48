package org.paretopress.jobs.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** JSON that may stand inside a {@code script} element, whatever its texts contain. */
final class EmbeddedJson {

    private static final String SCRIPT_ENDERS = "<>&\u2028\u2029";

    private EmbeddedJson() {}

    /**
     * Writes {@code value}, with every character that HTML or an old JavaScript parser could take for markup as an
     * escape. Outside of texts JSON has none of them, so the document stays the same. A number that is not finite
     * becomes a text, which charts leave out.
     */
    static String of(Object value) {
        String json;
        try {
            json = new ObjectMapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write report data as JSON: " + e.getOriginalMessage(), e);
        }
        StringBuilder safe = new StringBuilder(json.length());
        json.chars().forEach(character -> append(safe, (char) character));
        return safe.toString();
    }

    private static void append(StringBuilder safe, char character) {
        if (SCRIPT_ENDERS.indexOf(character) >= 0) {
            safe.append(String.format("\\u%04x", (int) character));
        } else {
            safe.append(character);
        }
    }
}
