package org.paretopress.kernels.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.ggml.BlockGrid;
import org.paretopress.kernels.ggml.GgmlType;
import org.paretopress.kernels.levels.GgmlBlocks;
import org.paretopress.kernels.levels.LayerFile;
import org.paretopress.kernels.levels.LayerFileWriter;
import org.paretopress.kernels.levels.LayerHeader;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.LevelErrors;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.kernels.levels.MeasuredLevel;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.model.ModelConfig.LayerShape;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/** Weights that are kept and weights that stay packed are the same weights. */
class WeightCacheTest {

    private static final List<String> METHODS = List.of("Q8_0");

    private final ModelFile model = ModelFile.open(Path.of("../conf/demo/model"));
    private final int[] tokens = {1, 40, 900, 7, 7, 512, 3, 88};

    /** All layers at Q8_0, in memory. */
    private LevelDatabase database() {
        Map<String, byte[]> files = new HashMap<>();
        List<LevelManifest.Layer> layers = new ArrayList<>();
        for (LayerShape layer : model.config().layers()) {
            MeasuredLevel level = new MeasuredLevel(quantized(layer), new LevelErrors(0, 0, 0));
            byte[] file =
                    new LayerFileWriter(layer.name(), layer.rows(), layer.columns(), METHODS).toBytes(List.of(level));
            LayerHeader header =
                    LayerFile.read(layer.name(), ByteBuffer.wrap(file)).header();
            files.put(LevelDatabase.fileName(layer.name()), file);
            layers.add(LevelManifest.Layer.of(header, 1));
        }
        LevelManifest manifest = new LevelManifest(
                new LevelManifest.Model("demo", "00"), new LevelManifest.Calibration("00", 0, 0), METHODS, 0, layers);
        return new LevelDatabase(manifest, file -> ByteBuffer.wrap(files.get(file)));
    }

    private PackedMatrix quantized(LayerShape layer) {
        float[] values = model.read(layer.name() + ".weight");
        double[] weights = new double[values.length];
        Arrays.setAll(weights, i -> values[i]);
        double[] ones = new double[values.length];
        Arrays.fill(ones, 1);
        GgmlBlocks layout = new GgmlBlocks(GgmlType.Q8_0);
        ByteBuffer payload = layout.allocate(layer.rows(), layer.columns());
        for (int block = 0; block < values.length / 32; block++) {
            BlockGrid grid = GgmlType.Q8_0.fit(weights, 32 * block, ones);
            byte[] codes = new byte[32];
            for (int i = 0; i < 32; i++) {
                codes[i] = (byte) grid.code(i, weights[32 * block + i]);
            }
            grid.write(codes, payload, 34 * block);
        }
        return layout.view(layer.rows(), layer.columns(), payload);
    }

    @Test
    void levelsThatDoNotFitStayPackedAndGiveTheSameLogits() {
        LevelDatabase levels = database();
        String[] candidate = new String[model.config().layers().size()];
        Arrays.fill(candidate, "Q8_0");
        try (TensorOps ops = new Nd4jOps();
                FixedWeights fixed = FixedWeights.load(model, ops);
                Transformer transformer = new Transformer(model.config(), fixed, ops, 1, tokens.length);
                WeightCache large = new WeightCache(model, levels, ops, Long.MAX_VALUE);
                WeightCache small = new WeightCache(model, levels, ops, 1 << 20)) {
            assertThat(large.candidate(candidate).acquire(0)).isInstanceOf(Tensor.class);
            assertThat(small.candidate(candidate).acquire(0)).isNotInstanceOf(Tensor.class);
            assertThat(small.dense().acquire(0)).isInstanceOf(Tensor.class);
            float[] kept = last(transformer.forward(tokens, large.candidate(candidate), ActivationTap.NONE));
            float[] packed = last(transformer.forward(tokens, small.candidate(candidate), ActivationTap.NONE));
            float[] dense = last(transformer.forward(tokens, small.dense(), ActivationTap.NONE));
            assertThat(packed).containsExactly(kept, Offset.offset(1e-4f));
            assertThat(packed).containsExactly(dense, Offset.offset(0.3f)).isNotEqualTo(dense);
        }
    }

    private static float[] last(Tensor logits) {
        float[] row = new float[logits.columns()];
        logits.readRow(logits.rows() - 1, row);
        return row;
    }
}
