package org.paretopress.kernels.levels;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;

/**
 * What a level database holds: the content of {@code manifest.json}.
 *
 * @param formatVersion {@value #VERSION} in this release
 * @param model the model that was compressed
 * @param calibration the text that the statistics come from
 * @param methods compressors and their parameters
 * @param fixedSizeInBytes what no level changes: embeddings, norms and head in their original type
 * @param layers in model order
 */
public record LevelManifest(
        int formatVersion,
        Model model,
        Calibration calibration,
        List<String> methods,
        long fixedSizeInBytes,
        List<Layer> layers) {

    /** The format that this release writes and reads. */
    public static final int VERSION = 2;

    /** Name of the manifest within a database. */
    public static final String FILE = "manifest.json";

    public LevelManifest {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(calibration, "calibration");
        methods = Accepted.requireDistinct("method", methods, methods);
        Accepted.requireAtLeast("fixedSizeInBytes", fixedSizeInBytes, 0);
        Objects.requireNonNull(layers, "layers");
        layers = Accepted.requireDistinct(
                "layer", layers, layers.stream().map(Layer::name).toList());
    }

    /** A manifest of the current format version. */
    public LevelManifest(
            Model model, Calibration calibration, List<String> methods, long fixedSizeInBytes, List<Layer> layers) {
        this(VERSION, model, calibration, methods, fixedSizeInBytes, layers);
    }

    /** Model name and the SHA-256 of its weights, in hexadecimal. */
    public record Model(String name, String sha256) {

        public Model {
            Accepted.requireText("model name", name);
            Accepted.requireText("sha256 of the model", sha256);
        }
    }

    /** SHA-256 of the calibration tokens, their number, and the length of the sequences they were cut into. */
    public record Calibration(String sha256, long tokens, int sequenceLength) {

        public Calibration {
            Accepted.requireText("sha256 of the calibration", sha256);
            Accepted.requireAtLeast("tokens", tokens, 0);
            Accepted.requireAtLeast("sequenceLength", sequenceLength, 0);
        }
    }

    /** One layer: its shape, the bytes of its original weights, and its levels by ascending size. */
    public record Layer(String name, int rows, int columns, long denseSizeInBytes, List<Level> levels) {

        public Layer {
            Accepted.requireLayer(name);
            Accepted.requireAtLeast("rows", rows, 1);
            Accepted.requireAtLeast("columns", columns, 1);
            Accepted.requireAtLeast("denseSizeInBytes", denseSizeInBytes, 1);
            Objects.requireNonNull(levels, "levels");
            levels = Accepted.requireNoneTwice(
                    "level", levels, levels.stream().map(Level::name).toList());
        }

        /** The entry of a written layer file. */
        public static Layer of(LayerHeader header, long denseSizeInBytes) {
            List<Level> levels = header.levels().stream().map(Level::of).toList();
            return new Layer(header.layer(), header.rows(), header.columns(), denseSizeInBytes, levels);
        }
    }

    /** One level: short text, layout, nominal bits, payload bytes and their CRC-32C, errors as in {@link LevelErrors}. */
    public record Level(
            String name,
            Layout layout,
            double bits,
            long sizeInBytes,
            long crc32c,
            double weightError,
            double outputError,
            double relativeOutputError) {

        public Level {
            Accepted.requireText("level name", name);
            Objects.requireNonNull(layout, "layout");
            Accepted.requireAtLeast("sizeInBytes", sizeInBytes, 0);
            Accepted.requireBits(bits);
            LevelErrors.requireAll(weightError, outputError, relativeOutputError);
        }

        static Level of(LayerHeader.Level level) {
            LevelErrors errors = level.errors();
            return new Level(
                    level.name(),
                    level.layout(),
                    level.bits(),
                    level.length(),
                    level.crc32c(),
                    errors.weightError(),
                    errors.outputError(),
                    errors.relativeOutputError());
        }

        /** The three errors together. */
        public LevelErrors errors() {
            return new LevelErrors(weightError, outputError, relativeOutputError);
        }
    }

    /** Bytes of all packed levels of all layers. */
    public long sizeInBytes() {
        return layers.stream()
                .flatMap(layer -> layer.levels().stream())
                .mapToLong(Level::sizeInBytes)
                .sum();
    }

    /** The manifest as indented UTF-8 JSON; numbers read back bit-identical. */
    public byte[] toJson() {
        return new LevelJson().toPrettyBytes(this);
    }

    /**
     * Reads a manifest.
     *
     * @param file name for errors
     * @throws CorruptLevelException where it is malformed or of an unknown format version
     */
    public static LevelManifest fromJson(String file, byte[] json) {
        LevelJson reader = new LevelJson();
        JsonNode version = reader.tree(json, file, 0).path("formatVersion");
        if (!version.isInt() || version.intValue() != VERSION) {
            throw new CorruptLevelException(
                    file,
                    0,
                    "formatVersion is " + (version.isMissingNode() ? "missing" : version) + ", this program reads "
                            + VERSION,
                    "another version of Paretopress wrote it");
        }
        return reader.read(json, LevelManifest.class, file, 0);
    }
}
