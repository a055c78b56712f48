package org.paretopress.kernels.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.HuggingFaceModel;
import org.paretopress.kernels.model.TensorInfo;

/**
 * Writes a Hugging Face directory with the weights as the search saw them: compressed layers as the 32-bit floats they dequantize to,
 * everything else with its type and its bits.
 */
public final class HuggingFaceExporter {

    private final HuggingFaceModel model;
    private final LevelDatabase levels;
    private final Map<String, String> assignment;

    /**
     * @param levels may be null where every layer stays dense
     * @param assignment level name by layer name; layers that are not named stay dense
     */
    public HuggingFaceExporter(HuggingFaceModel model, LevelDatabase levels, Map<String, String> assignment) {
        this.model = model;
        this.levels = levels;
        this.assignment = assignment;
    }

    /** Writes into an empty or new directory; the type named in config.json is that of the widest weights. */
    public void writeTo(Path directory) throws IOException {
        new HuggingFaceFolder(model, this::replacement)
                .writeTo(directory, config -> JsonFile.nameType(config, DataType.F32));
    }

    private List<TensorEntry> replacement(TensorInfo tensor) {
        String layer = tensor.name().replaceFirst("\\.weight$", "");
        String level = assignment.getOrDefault(layer, WeightCache.DENSE);
        return level.equals(WeightCache.DENSE) ? List.of() : List.of(floats(tensor, levels.level(layer, level)));
    }

    /** A level as 32-bit floats. */
    static TensorEntry floats(TensorInfo tensor, PackedMatrix packed) {
        return new TensorEntry(tensor.name(), DataType.F32, tensor.shape(), out -> dequantize(packed, out));
    }

    private static void dequantize(PackedMatrix packed, WritableByteChannel out) throws IOException {
        float[] row = new float[packed.columns()];
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * row.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int r = 0; r < packed.rows(); r++) {
            packed.dequantize(r, row);
            bytes.clear();
            bytes.asFloatBuffer().put(row);
            out.write(bytes);
        }
    }
}
