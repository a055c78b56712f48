package org.paretopress.kernels.export;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** Yields the bytes of a tensor, little-endian: exactly those that its type and shape ask for. */
@FunctionalInterface
interface TensorContents {
    void writeTo(WritableByteChannel channel) throws IOException;
}
