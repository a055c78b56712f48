package org.paretopress.jobs.levels;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.levels.CorruptLevelException;
import org.paretopress.kernels.levels.LayerFile;
import org.paretopress.kernels.levels.LayerHeader;

/**
 * What reading every byte of a layer file found.
 *
 * @param header null where it cannot be read
 * @param damages what is wrong, a line each: file, byte and level; none where all is well
 */
record LayerCheck(LayerHeader header, List<String> damages) {

    /** Runs on an executor. */
    static LayerCheck of(Storage storage, Path file) {
        if (!storage.exists(file)) {
            return new LayerCheck(null, List.of(file.getName() + " is missing."));
        }
        LayerFile layer;
        try {
            layer = LayerFile.read(file.getName(), ByteBuffer.wrap(storage.read(file)));
        } catch (CorruptLevelException e) {
            return new LayerCheck(null, List.of(firstLine(e)));
        }
        List<String> damages = new ArrayList<>();
        for (String level : layer.levels()) {
            try {
                layer.level(level);
            } catch (CorruptLevelException e) {
                damages.add(firstLine(e));
            }
        }
        return new LayerCheck(layer.header(), damages);
    }

    /** The finding without its remedy. */
    static String firstLine(CorruptLevelException e) {
        return e.getMessage().lines().findFirst().orElse("");
    }
}
