package org.paretopress.jobs.levels;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** A record as a task returns it: text, because Kryo does not write records. */
final class TaskText {

    private TaskText() {}

    static String of(Record value) {
        try {
            return new ObjectMapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record of a task is always writable", e);
        }
    }

    static <T extends Record> T read(String json, Class<T> type) {
        try {
            return new ObjectMapper().readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A task returned no " + type.getSimpleName() + ": " + json, e);
        }
    }
}
