package org.paretopress.kernels.levels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LevelDatabaseTest {

    private static final String FIRST = "model.layers.0.self_attn.q_proj";
    private static final String SECOND = "model.layers.0.mlp.down_proj";

    @TempDir
    Path directory;

    private LevelManifest manifest;

    @BeforeEach
    void build() throws IOException {
        List<LevelManifest.Layer> layers = List.of(layer(FIRST, 8, 40), layer(SECOND, 9, 33));
        manifest = new LevelManifest(
                new LevelManifest.Model("tiny", "ab"),
                new LevelManifest.Calibration("cd", 4096, 256),
                LevelSamples.METHODS,
                1000,
                layers);
        Files.write(directory.resolve(LevelManifest.FILE), manifest.toJson());
    }

    private LevelManifest.Layer layer(String name, int rows, int columns) throws IOException {
        LayerFileWriter writer = new LayerFileWriter(name, rows, columns, LevelSamples.METHODS);
        try (OutputStream out = Files.newOutputStream(directory.resolve(LevelDatabase.fileName(name)))) {
            LayerHeader header = writer.write(LevelSamples.levels(rows, columns, 16, 2, 3, 4), out);
            return LevelManifest.Layer.of(header, 2L * rows * columns);
        }
    }

    @Test
    void servesLevelsFromAMappedDirectory() {
        LevelDatabase database = LevelDatabase.open(directory);
        assertThat(database.manifest()).isEqualTo(manifest);
        PackedMatrix level = database.level(SECOND, "3");
        assertThat(level.payload())
                .isEqualTo(LevelSamples.matrix(9, 33, 3, 16, 3).payload());
        assertThat(level.payload().isDirect()).isTrue();
        assertThat(level.sizeInBytes())
                .isEqualTo(manifest.layers().get(1).levels().get(1).sizeInBytes());
    }

    @Test
    void unknownNamesListWhatExists() {
        LevelDatabase database = LevelDatabase.open(directory);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> database.level("model.layers.9.mlp.up_proj", "3"))
                .withMessageContaining("model.layers.9.mlp.up_proj")
                .withMessageContaining("Maybe one of [" + FIRST + ", " + SECOND + "]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> database.level(FIRST, "8"))
                .withMessageContaining("Maybe one of [2, 3, 4]");
    }

    @Test
    void opensEachFileOnceForAllThreads() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        BufferSource mapped = BufferSource.directory(directory);
        LevelDatabase database = new LevelDatabase(manifest, file -> {
            opened.incrementAndGet();
            return mapped.open(file);
        });
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<PackedMatrix>> tasks = IntStream.range(0, 200)
                    .<Callable<PackedMatrix>>mapToObj(
                            i -> () -> database.level(i % 2 == 0 ? FIRST : SECOND, 2 + i % 3 + ""))
                    .toList();
            int i = 0;
            for (Future<PackedMatrix> level : threads.invokeAll(tasks)) {
                assertThat(level.get().level()).isEqualTo(2 + i++ % 3 + "");
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(opened).hasValue(2);
    }

    @Test
    void filesOfAnotherRunAreRefused() throws IOException {
        layer(FIRST, 8, 41);
        LevelDatabase database = LevelDatabase.open(directory);
        assertThatThrownBy(() -> database.level(FIRST, "2"))
                .isInstanceOf(CorruptLevelException.class)
                .hasMessageContaining(FIRST)
                .hasMessageContaining("Maybe files of two runs were mixed");
    }

    @Test
    void missingFilesAreNamed() throws IOException {
        LevelDatabase database = LevelDatabase.open(directory);
        Files.delete(directory.resolve(LevelDatabase.fileName(FIRST)));
        assertThatThrownBy(() -> database.level(FIRST, "2"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(FIRST + ".levels")
                .hasMessageContaining("\nMaybe ");
        assertThatThrownBy(() -> LevelDatabase.open(directory.resolve("nowhere")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("manifest.json");
    }

    @Test
    void anEmptyFileIsCorrupt() {
        LevelDatabase database = new LevelDatabase(manifest, file -> ByteBuffer.allocate(0));
        assertThatThrownBy(() -> database.level(FIRST, "2")).isInstanceOf(CorruptLevelException.class);
    }
}
