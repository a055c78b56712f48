package org.paretopress.kernels.levels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A manifest and its layer files, each opened at first use. Safe for concurrent readers: the tasks of a JVM share one.
 * Mapped files are released when the database is no longer referenced.
 */
public final class LevelDatabase {

    private final LevelManifest manifest;
    private final BufferSource source;
    private final LayerFileReader reader = new LayerFileReader(new LevelJson());
    private final Map<String, LevelManifest.Layer> layers = new LinkedHashMap<>();
    private final Map<String, LayerFile> opened = new ConcurrentHashMap<>();

    public LevelDatabase(LevelManifest manifest, BufferSource source) {
        this.manifest = manifest;
        this.source = source;
        manifest.layers().forEach(layer -> layers.put(layer.name(), layer));
    }

    /**
     * A database in a local directory, memory-mapped.
     *
     * @throws UncheckedIOException where the manifest cannot be read
     * @throws CorruptLevelException where it is malformed
     */
    public static LevelDatabase open(Path directory) {
        BufferSource source = BufferSource.directory(directory);
        ByteBuffer json = fetch(source, LevelManifest.FILE);
        byte[] bytes = new byte[json.remaining()];
        json.get(bytes);
        return new LevelDatabase(LevelManifest.fromJson(LevelManifest.FILE, bytes), source);
    }

    /** Name of the file that holds the levels of a layer. */
    public static String fileName(String layer) {
        return Accepted.requireLayer(layer) + ".levels";
    }

    /** What the database holds. */
    public LevelManifest manifest() {
        return manifest;
    }

    /**
     * A level of a layer, verified at first use.
     *
     * @throws IllegalArgumentException for an unknown layer or level, listing what exists
     * @throws CorruptLevelException where the file is malformed or not the one of the manifest
     * @throws UncheckedIOException where it cannot be read
     */
    public PackedMatrix level(String layer, String level) {
        LevelManifest.Layer expected = layers.get(layer);
        if (expected == null) {
            throw new IllegalArgumentException(
                    "The level database of " + manifest.model().name() + " has no layer \"" + layer
                            + "\".\nMaybe one of " + layers.keySet() + ".");
        }
        return opened.computeIfAbsent(layer, unused -> open(expected)).level(level);
    }

    private LayerFile open(LevelManifest.Layer expected) {
        String file = fileName(expected.name());
        LayerFile layerFile = reader.read(file, fetch(source, file));
        LayerHeader header = layerFile.header();
        if (!LevelManifest.Layer.of(header, expected.denseSizeInBytes()).equals(expected)) {
            throw new CorruptLevelException(
                    file,
                    LayerFormat.HEADER_AT,
                    "its header differs from the manifest's entry for " + expected.name(),
                    "files of two runs were mixed");
        }
        return layerFile;
    }

    private static ByteBuffer fetch(BufferSource source, String file) {
        try {
            return source.open(file);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot read " + file + " of the level database: " + e.getMessage()
                            + "\nMaybe the path is wrong, or the file was deleted; levels CONFIG --repair builds it again.",
                    e);
        }
    }
}
