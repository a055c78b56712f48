package org.paretopress.jobs.levels;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.paretopress.kernels.levels.LayerHeader;

/** A layer's header as a task returns it: text, because Kryo does not write records. */
record LayerHeaderText(String json) {

    static LayerHeaderText of(LayerHeader header) {
        try {
            return new LayerHeaderText(new ObjectMapper().writeValueAsString(header));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A layer header is always writable", e);
        }
    }

    LayerHeader read() {
        try {
            return new ObjectMapper().readValue(json, LayerHeader.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A task returned no layer header: " + json, e);
        }
    }
}
