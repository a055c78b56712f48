package org.paretopress.kernels.levels;

import java.util.List;
import java.util.Objects;

/**
 * The JSON header of a layer file.
 *
 * @param layer the linear weight matrix, such as {@code model.layers.3.mlp.up_proj}
 * @param rows outputs
 * @param columns inputs
 * @param methods how the levels were made: compressors and their parameters
 * @param levels by ascending size
 */
public record LayerHeader(String layer, int rows, int columns, List<String> methods, List<Level> levels) {

    public LayerHeader {
        Accepted.requireLayer(layer);
        Accepted.requireAtLeast("rows", rows, 1);
        Accepted.requireAtLeast("columns", columns, 1);
        methods = Accepted.requireDistinct("method", methods, methods);
        Objects.requireNonNull(levels, "levels");
        levels = Accepted.requireNoneTwice(
                "level", levels, levels.stream().map(Level::name).toList());
    }

    /**
     * One level in the file.
     *
     * @param name such as {@code "3"}
     * @param layout of the payload
     * @param bits nominal bits per weight
     * @param offset first byte of the payload, counted from the start of the payload section
     * @param length payload bytes
     * @param crc32c CRC-32C of the payload, unsigned
     * @param errors against the dense layer
     */
    public record Level(
            String name, Layout layout, double bits, long offset, long length, long crc32c, LevelErrors errors) {

        public Level {
            Accepted.requireText("level name", name);
            Objects.requireNonNull(layout, "layout");
            Accepted.requireAtLeast("offset", offset, 0);
            Accepted.requireAtLeast("length", length, 0);
            Accepted.requireBits(bits);
            Objects.requireNonNull(errors, "errors");
        }
    }
}
