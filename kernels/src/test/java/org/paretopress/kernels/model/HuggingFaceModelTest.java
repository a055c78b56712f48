package org.paretopress.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.forward.FixedWeights;
import org.paretopress.kernels.ops.ReferenceOps;

/** Model folders: in one file or several, with a head of their own or without, the tensors are the written ones. */
class HuggingFaceModelTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneFileAndShardsHoldTheSame(boolean tied) throws IOException {
        TinyModel tiny = new TinyModel(tied);
        ModelFile single = ModelFile.open(tiny.writeTo(folder.resolve("single")));
        ModelFile sharded = ModelFile.open(tiny.writeSharded(folder.resolve("sharded")));
        for (Map.Entry<String, int[]> entry : tiny.shapes().entrySet()) {
            int count = Arrays.stream(entry.getValue()).reduce(1, (a, b) -> a * b);
            float[] written = TinyModel.values(entry.getKey(), count);
            assertThat(single.read(entry.getKey())).isEqualTo(written);
            assertThat(sharded.read(entry.getKey())).isEqualTo(written);
        }
        assertThat(single.tensors()).hasSameSizeAs(tiny.shapes().keySet());
        assertThat(sharded.sizeInBytes()).isEqualTo(single.sizeInBytes());
        assertThat(single.files()).hasSize(2);
        assertThat(sharded.files()).hasSize(4);
    }

    @Test
    void layersAndTheRestAddUp() throws IOException {
        ModelFile model = ModelFile.open(new TinyModel(false).writeTo(folder));
        // q, o: 8 × 8; k, v: 4 × 8; three of the MLP: 12 × 8
        assertThat(model.sizeInBytes() - model.fixedSizeInBytes()).isEqualTo(4 * (2 * 64 + 2 * 32 + 3 * 96));
        assertThat(model.fixedSizeInBytes()).isEqualTo(4 * (2 * 16 * 8 + 3 * 8));
    }

    @Test
    void aTiedHeadIsTheEmbedding() throws IOException {
        try (ReferenceOps ops = new ReferenceOps()) {
            FixedWeights tied =
                    FixedWeights.load(ModelFile.open(new TinyModel(true).writeTo(folder.resolve("t"))), ops);
            FixedWeights own =
                    FixedWeights.load(ModelFile.open(new TinyModel(false).writeTo(folder.resolve("o"))), ops);
            assertThat(tied.head()).isSameAs(tied.embedding());
            float[] row = new float[TinyModel.HIDDEN];
            own.head().readRow(3, row);
            float[] written = TinyModel.values("lm_head.weight", TinyModel.VOCABULARY * TinyModel.HIDDEN);
            assertThat(row).isEqualTo(Arrays.copyOfRange(written, 3 * TinyModel.HIDDEN, 4 * TinyModel.HIDDEN));
        }
    }

    @Test
    void rowsAreReadFromWhereTheyAre() throws IOException {
        ModelFile model = ModelFile.open(new TinyModel(true).writeTo(folder));
        TensorInfo down = model.tensor("model.layers.0.mlp.down_proj.weight");
        float[] rows = new float[3 * 12];
        model.read(down, 4, 3, rows);
        assertThat(rows).isEqualTo(Arrays.copyOfRange(TinyModel.values(down.name(), 96), 4 * 12, 7 * 12));
    }

    @Test
    void aMissingShardOrTensorIsNamed() throws IOException {
        new TinyModel(true).writeSharded(folder);
        Path index = folder.resolve("model.safetensors.index.json");
        String map = Files.readString(index);
        Files.writeString(index, map.replaceAll(", ?\"[^\"]*\": \"model-00003[^\"]*\"", ""));
        assertThatThrownBy(() -> ModelFile.open(folder))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("is missing")
                .hasMessageContaining("\nMaybe ");
        Files.writeString(index, map);
        Files.delete(folder.resolve(TinyModel.file(1)));
        assertThatThrownBy(() -> ModelFile.open(folder)).hasMessageContaining("shard " + TinyModel.file(1));
    }

    @Test
    void aTensorInTwoShardsIsRefused() throws IOException {
        new TinyModel(true).writeSharded(folder);
        Files.copy(
                folder.resolve(TinyModel.file(0)),
                folder.resolve(TinyModel.file(1)),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> ModelFile.open(folder))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("model.embed_tokens.weight is also in");
    }
}
