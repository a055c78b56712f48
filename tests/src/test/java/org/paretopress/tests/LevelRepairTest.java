package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code levels --repair} finds every damage, builds only what is damaged, and ends with the bytes of an undamaged build. */
class LevelRepairTest {

    private static final String MANIFEST = "manifest.json";
    private static final String ATTENTION = "model.layers.0.self_attn.";
    private static final String MLP = "model.layers.1.mlp.";

    @TempDir
    private Path folder;

    private SmallRun run;
    private Map<String, String> whole;

    @BeforeEach
    void copyADatabase() throws IOException {
        SmallRun built = MixedLevels.built();
        run = SmallRun.in(folder);
        Path copy = Files.createDirectories(
                folder.resolve("levels").resolve(built.levels().getFileName()));
        try (Stream<Path> files = Files.list(built.levels())) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        whole = LocalClusterTest.contents(built.levels());
    }

    @Test
    void anUndamagedDatabaseIsLeftAsItIs() throws IOException {
        Map<String, Object> before = identities();
        Command repair = repair();
        JsonNode answer = repair.json();
        assertThat(answer.properties().stream().map(Map.Entry::getKey))
                .containsExactly("levels", "layers", "sizeInBytes", "repaired");
        assertThat(answer.path("levels").asText()).endsWith(run.levels().toString());
        assertThat(answer.path("layers").asInt()).isEqualTo(14);
        assertThat(answer.path("sizeInBytes").asLong())
                .isEqualTo(whole.entrySet().stream()
                        .filter(file -> file.getKey().endsWith(".levels"))
                        .mapToLong(file -> file.getValue().length())
                        .sum());
        assertThat(answer.path("repaired")).isEmpty();
        assertThat(repair.err()).doesNotContain("corrupt", "missing", "anew", "compress");
        assertThat(identities()).isEqualTo(before);
        List<String> arguments = run.arguments("levels", "local[2]", MixedLevels.ALL, "--repair");
        arguments.remove("--json");
        assertThat(Command.run(arguments).succeeded().err()).contains("No layer is damaged.");
    }

    @Test
    void whatIsMissingCutOrDamagedIsNamedAndBuiltAgain() throws IOException {
        Files.delete(layer(ATTENTION + "v_proj"));
        change(ATTENTION + "k_proj", bytes -> Arrays.copyOf(bytes, bytes.length * 2 / 3));
        change(ATTENTION + "o_proj", bytes -> new byte[0]);
        change(MLP + "gate_proj", bytes -> flipped(bytes, 100));
        change(MLP + "up_proj", bytes -> flipped(bytes, bytes.length - 1000));
        Files.write(layer(MLP + "down_proj"), Files.readAllBytes(layer("model.layers.0.mlp.down_proj")));
        Map<String, Object> before = identities();
        Command repair = repair();
        assertThat(repair.json().path("repaired"))
                .extracting(JsonNode::asText)
                .containsExactly(
                        ATTENTION + "k_proj",
                        ATTENTION + "v_proj",
                        ATTENTION + "o_proj",
                        MLP + "gate_proj",
                        MLP + "up_proj",
                        MLP + "down_proj");
        assertThat(repair.err())
                .contains(ATTENTION + "v_proj.levels is missing.")
                .containsPattern("o_proj.levels is corrupt at byte 0: it ends")
                .containsPattern("k_proj.levels is corrupt at byte \\d+: level \"[^\"]+\" cannot have")
                .containsPattern("gate_proj.levels is corrupt at byte 16: the header has checksum")
                .containsPattern("up_proj.levels is corrupt at byte \\d+: level \"[^\"]+\" has checksum")
                .contains(MLP + "down_proj.levels holds levels of another layer");
        assertThat(LocalClusterTest.contents(run.levels())).isEqualTo(whole);
        Map<String, Object> after = identities();
        assertThat(after).containsKey(ATTENTION + "q_proj.levels");
        after.keySet().removeIf(name -> name.equals(MANIFEST) || repair.err().contains(name));
        assertThat(before).containsAllEntriesOf(after);
        assertThat(after).hasSize(8);
    }

    @Test
    void theManifestIsWrittenAnewFromTheLayerFiles() throws IOException {
        Path manifest = run.levels().resolve(MANIFEST);
        byte[] bytes = Files.readAllBytes(manifest);
        String text = Files.readString(manifest);
        Files.delete(manifest);
        repairsOnlyTheManifest("manifest.json is missing.");
        Files.write(manifest, Arrays.copyOf(bytes, bytes.length / 2));
        repairsOnlyTheManifest("manifest.json is corrupt at byte ");
        Files.writeString(manifest, text.replace("\"tokens\" : 2048", "\"tokens\" : 1024"));
        repairsOnlyTheManifest("manifest.json is written anew");
    }

    private void repairsOnlyTheManifest(String told) throws IOException {
        Map<String, Object> before = identities();
        before.remove(MANIFEST);
        Command repair = repair();
        assertThat(repair.json().path("repaired")).isEmpty();
        assertThat(repair.err()).contains(told).doesNotContain("calibrate");
        assertThat(LocalClusterTest.contents(run.levels())).isEqualTo(whole);
        assertThat(identities()).containsAllEntriesOf(before);
    }

    @Test
    void aLayerThatTheManifestContradictsIsBuiltAgain() throws IOException {
        Path manifest = run.levels().resolve(MANIFEST);
        Files.writeString(manifest, Files.readString(manifest).replaceFirst("\"crc32c\" : \\d+", "\"crc32c\" : 17"));
        Command repair = repair();
        assertThat(repair.json().path("repaired")).extracting(JsonNode::asText).containsExactly(ATTENTION + "q_proj");
        assertThat(repair.err()).contains(ATTENTION + "q_proj.levels: its header differs from the manifest");
        assertThat(LocalClusterTest.contents(run.levels())).isEqualTo(whole);
    }

    @Test
    void whatAKilledBuildLeftBehindGoesAndOtherFilesStay() throws IOException {
        Path temporary = run.levels().resolve("." + MLP + "up_proj.levels.0b8e6c9e-7d7b-4f0c-8b51-30a8a3a4f1aa");
        Files.write(temporary, new byte[100]);
        Path statistics = Files.createDirectories(run.levels().resolve("statistics"));
        Files.write(statistics.resolve("half.statistics"), new byte[100]);
        Path notes = run.levels().resolve("notes.txt");
        Files.writeString(notes, "mine");
        assertThat(repair().json().path("repaired")).isEmpty();
        Files.delete(notes);
        assertThat(LocalClusterTest.contents(run.levels())).isEqualTo(whole);
    }

    private Command repair() {
        return Command.run(run.arguments("levels", "local[2]", MixedLevels.ALL, "--repair"))
                .succeeded();
    }

    /** Spoils the content of a file. */
    private interface Damage {
        byte[] of(byte[] bytes);
    }

    private void change(String layer, Damage damage) throws IOException {
        Files.write(layer(layer), damage.of(Files.readAllBytes(layer(layer))));
    }

    private static byte[] flipped(byte[] bytes, int at) {
        bytes[at] ^= 1;
        return bytes;
    }

    private Path layer(String name) {
        return run.levels().resolve(name + ".levels");
    }

    /** What a file becomes when it is written again, by file name. */
    private Map<String, Object> identities() throws IOException {
        return identities(run.levels());
    }

    /** Inode and time of every file. */
    static Map<String, Object> identities(Path folder) throws IOException {
        Map<String, Object> identities = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Map<String, Object> attributes = Files.readAttributes(file, "unix:ino,lastModifiedTime");
                identities.put(file.getFileName().toString(), attributes);
            }
        }
        return identities;
    }
}
