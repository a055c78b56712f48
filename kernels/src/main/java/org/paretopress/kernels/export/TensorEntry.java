package org.paretopress.kernels.export;

import java.util.List;
import org.paretopress.kernels.model.TensorInfo;
import org.paretopress.kernels.model.TensorType;

/**
 * A tensor to be written.
 *
 * @param shape dimensions, slowest first
 */
record TensorEntry(String name, TensorType type, List<Long> shape, TensorContents contents) {

    long sizeInBytes() {
        return new TensorInfo(name, type, shape, 0).sizeInBytes();
    }
}
