package org.paretopress.jobs.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.compress.UniformGrids;
import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.levels.LayerFileWriter;
import org.paretopress.kernels.levels.LayerHeader;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.LevelErrors;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.kernels.levels.MeasuredLevel;
import org.paretopress.kernels.levels.QuantizedMatrix;
import org.paretopress.kernels.levels.UniformGrid;
import org.paretopress.kernels.model.ModelConfig;

/**
 * A level database of random codes, about as large as trained weights: to read and to multiply it is the same work, and a model of any size has
 * one as fast as it can be written.
 *
 * @param grids of every layer
 */
record MadeUpLevels(UniformGrids grids) {

    private static final String METHOD = "random codes";

    /** Standard deviation of the weights. */
    private static final double SPREAD = 0.02;

    /** Writes it. */
    void write(SourceModel model, Storage storage, Path folder) {
        List<LevelManifest.Layer> layers = new ArrayList<>();
        for (ModelConfig.LayerShape layer : model.file().config().layers()) {
            List<MeasuredLevel> levels = grids.layouts(layer.rows(), layer.columns()).stream()
                    .map(grid -> new MeasuredLevel(level((UniformGrid) grid, layer), new LevelErrors(0, 0, 0)))
                    .toList();
            LayerFileWriter writer = new LayerFileWriter(layer.name(), layer.rows(), layer.columns(), List.of(METHOD));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            LayerHeader header = header(writer, levels, bytes);
            storage.write(new Path(folder, LevelDatabase.fileName(layer.name())), bytes.toByteArray());
            layers.add(LevelManifest.Layer.of(
                    header, model.file().tensor(layer.name() + ".weight").sizeInBytes()));
        }
        LevelManifest manifest = new LevelManifest(
                new LevelManifest.Model(model.name(), model.sha256()),
                new LevelManifest.Calibration("none", 1, 1),
                List.of(METHOD),
                model.file().fixedSizeInBytes(),
                layers);
        storage.write(new Path(folder, LevelManifest.FILE), manifest.toJson());
    }

    private static LayerHeader header(LayerFileWriter writer, List<MeasuredLevel> levels, ByteArrayOutputStream to) {
        try {
            return writer.write(levels, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory has none
        }
    }

    /** A level of one layer. The step gives uniform codes their spread; zero points are random, too. */
    static QuantizedMatrix level(UniformGrid grid, ModelConfig.LayerShape layer) {
        ByteBuffer payload = grid.allocate(layer.rows(), layer.columns());
        SplittableRandom random = new SplittableRandom(grid.bits());
        while (payload.remaining() >= Long.BYTES) {
            payload.putLong(random.nextLong());
        }
        payload.rewind();
        short scale = Half.ofDouble(SPREAD * Math.sqrt(12) / (1 << grid.bits()));
        int scales = grid.scalesStart(layer.rows(), layer.columns());
        for (int group = 0; group < layer.rows() * grid.groupsPerRow(layer.columns()); group++) {
            payload.putShort(scales + Short.BYTES * group, scale);
        }
        return grid.view(layer.rows(), layer.columns(), payload);
    }
}
