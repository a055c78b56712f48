package org.paretopress.kernels.levels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LevelManifestTest {

    private static final Layout LAYOUT = new Residual(new UniformGrid(3, 64, true), new LowRank(7));

    private static LevelManifest manifest(List<LevelManifest.Layer> layers) {
        return new LevelManifest(
                new LevelManifest.Model("tiny \"ü\"", "ab12"),
                new LevelManifest.Calibration("cd34", 4096, 256),
                LevelSamples.METHODS,
                123_456_789_012L,
                layers);
    }

    private static LevelManifest.Layer layer(String name, double... errors) {
        List<LevelManifest.Level> levels = new ArrayList<>();
        for (int i = 0; i < errors.length; i++) {
            levels.add(new LevelManifest.Level(
                    i + 2 + "", LAYOUT, 3, 10 + i, 0xFFFFFFFFL, errors[i], errors[i], errors[i]));
        }
        return new LevelManifest.Layer(name, 3, 5, 30, levels);
    }

    @Test
    void doublesComeBackBitIdentical() {
        Random random = new Random(5);
        double[] errors = random.doubles(500, 0, 1)
                .map(value -> Math.scalb(value, random.nextInt(600) - 300))
                .toArray();
        errors[0] = Double.MIN_VALUE;
        errors[1] = Double.MAX_VALUE;
        errors[2] = 0.1 + 0.2;
        LevelManifest manifest = manifest(List.of(layer("model.layers.0.self_attn.q_proj", errors), layer("b", 0.5)));
        byte[] json = manifest.toJson();
        LevelManifest read = LevelManifest.fromJson("manifest.json", json);
        assertThat(read).isEqualTo(manifest);
        assertThat(read.toJson()).isEqualTo(json);
        assertThat(new String(json, StandardCharsets.UTF_8)).endsWith("}\n").doesNotContain("\r");
    }

    @Test
    void unknownVersionsAreRefused() {
        String json = new String(manifest(List.of(layer("a", 0.5))).toJson(), StandardCharsets.UTF_8);
        for (String version : List.of("1", "0", "\"2\"", "1.5", "null")) {
            byte[] changed = json.replace("\"formatVersion\" : 2", "\"formatVersion\" : " + version)
                    .getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> LevelManifest.fromJson("m.json", changed))
                    .isInstanceOf(CorruptLevelException.class)
                    .hasMessageContaining("formatVersion is " + version + ", this program reads 2")
                    .hasMessageContaining("\nMaybe ");
        }
    }

    @Test
    void everyCutAndFlipIsReadableOrCorrupt() {
        byte[] json = manifest(List.of(layer("a", 0.5, 0.25))).toJson();
        for (int at = 0; at < json.length - 1; at++) {
            byte[] cut = Arrays.copyOf(json, at);
            assertThat(catchThrowable(() -> LevelManifest.fromJson("m.json", cut)))
                    .isInstanceOf(CorruptLevelException.class);
            byte[] flipped = json.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            Throwable thrown = catchThrowable(() -> LevelManifest.fromJson("m.json", flipped));
            assertThat(thrown == null || thrown instanceof CorruptLevelException)
                    .as("flip at %d: %s", at, thrown)
                    .isTrue();
        }
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> manifest(List.of(layer("a", 0.5), layer("a", 0.5))))
                .withMessageContaining("layer \"a\" occurs twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> layer("../a", 0.5))
                .withMessageContaining("\"../a\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> layer("a", Double.NaN))
                .withMessageContaining("weightError = NaN");
    }
}
