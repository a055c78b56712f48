package org.paretopress.kernels.levels;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where a level database finds its files; called by several threads at once. */
@FunctionalInterface
public interface BufferSource {

    /** The whole content of a file, from position to limit. */
    ByteBuffer open(String file) throws IOException;

    /** Files of a local directory, mapped into memory: pages are read on use and shared between processes. */
    static BufferSource directory(Path directory) {
        return file -> {
            try (FileChannel channel = FileChannel.open(directory.resolve(file), StandardOpenOption.READ)) {
                if (channel.size() > Integer.MAX_VALUE) {
                    throw new IOException(file + " has " + channel.size() + " bytes, more than one mapping holds");
                }
                return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            }
        };
    }
}
