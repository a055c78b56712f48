package org.paretopress.kernels.levels;

import java.util.Objects;

/** A level and its errors against the dense layer: what a layer file stores for each level. */
public record MeasuredLevel(PackedMatrix matrix, LevelErrors errors) {

    public MeasuredLevel {
        Objects.requireNonNull(matrix, "matrix");
        Objects.requireNonNull(errors, "errors");
    }
}
