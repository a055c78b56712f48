package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that are cut, damaged or of another kind are refused with one message that names file and tensor. */
class BadModelTest {

    private static final String LAYER = "model.layers.0.mlp.up_proj.weight";

    /** Spoils a model. */
    @FunctionalInterface
    interface Damage {
        void on(ModelFolder model) throws IOException;
    }

    @TempDir
    private Path folder;

    private ModelFolder model;

    @BeforeEach
    void copyTheModel() throws IOException {
        model = ModelFolder.demo(folder.resolve("model"), 1);
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                damage("no config.json", m -> Files.delete(m.path().resolve("config.json")), "config.json"),
                damage("config.json cut", m -> cut(m.path().resolve("config.json"), 0.5), "config.json", "not JSON"),
                damage("config.json is a list", m -> Files.writeString(config(m), "[]"), "config.json", "model_type"),
                damage("no weights", m -> Files.delete(m.weights()), "model.safetensors"),
                damage("not Llama", m -> m.config(c -> c.put("model_type", "gpt2")), "model_type", "gpt2"),
                damage("bias", m -> m.config(c -> c.put("attention_bias", true)), "attention_bias"),
                damage("no width", m -> m.config(c -> c.remove("hidden_size")), "hidden_size is missing"),
                damage("odd heads", m -> m.config(c -> c.put("num_key_value_heads", 3)), "num_key_value_heads = 3"),
                damage("other width", m -> m.config(c -> c.put("intermediate_size", 768)), "[512, 256]", "[768, 256]"),
                damage("too few blocks", m -> m.config(c -> c.put("num_hidden_layers", 2)), "model.layers.1."),
                damage("empty file", m -> cut(m.weights(), 0), "model.safetensors", "0 bytes"),
                damage("five bytes", m -> Files.write(m.weights(), new byte[5]), "model.safetensors", "5 bytes"),
                damage("cut in the header", m -> cut(m.weights(), 0.0001), "model.safetensors", "header"),
                damage("cut in a tensor", m -> cut(m.weights(), 0.7), "model.safetensors", "should end at byte"),
                damage("last byte cut", m -> cut(m.weights(), 0.9999999), "model.safetensors", "should end at byte"),
                damage("header longer than the file", m -> headerLength(m, 1L << 40), "1099511627776"),
                damage("negative header length", m -> headerLength(m, -1), "18446744073709551615"),
                damage("header not JSON", m -> overwrite(m, 9, "?"), "header is not JSON"),
                damage("another dtype", m -> replace(m, t -> new RawTensor("I64", t.shape(), t.bytes())), LAYER, "I64"),
                damage("shape against bytes", m -> shape(m, 512L, 255L), LAYER, "[512, 255]"),
                damage("transposed", m -> shape(m, 256L, 512L), LAYER, "[256, 512]", "[512, 256]"),
                damage("endless shape", m -> shape(m, 1L << 40, 1L << 40), LAYER, "1099511627776"),
                damage("negative shape", m -> shape(m, -512L, -256L), LAYER, "-512"),
                damage("NaN", m -> element(m, 0x7fc0), LAYER, "NaN", "row 1, column 44"),
                damage("infinity", m -> element(m, 0xff80), LAYER, "-Infinity", "row 1, column 44"),
                damage("missing tensor", m -> m.tensors(t -> t.remove(LAYER)), LAYER, "is missing"),
                damage("missing head", m -> m.config(c -> c.put("tie_word_embeddings", false)), "lm_head.weight"),
                damage("missing shard", BadModelTest::withoutShard, "model-00002-of-00002.safetensors", "is missing"),
                damage("index not JSON", BadModelTest::withoutIndex, "model.safetensors.index.json", "not JSON"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void isRefused(String name, Damage damage, String[] named) throws IOException {
        damage.on(model);
        Refusal.of(folder, List.of("inspect", model.path().toString(), "--json"), named);
    }

    @Test
    void theUndamagedModelIsAccepted() throws IOException {
        assertThat(Command.run("inspect", model.path().toString(), "--json")
                        .json()
                        .path("layers"))
                .hasSize(7);
    }

    @Test
    void aMissingFolderIsRefused() {
        Path missing = folder.resolve("no-such-model");
        Refusal.of(folder, List.of("inspect", missing.toString()), missing.toString());
    }

    @Test
    void aMissingOrBrokenTokenizerIsRefused() throws IOException {
        List<String> evaluate = List.of(
                "evaluate",
                model.path().toString(),
                "--text",
                Shared.demo("holdout.txt").toString());
        Path tokenizer = model.path().resolve("tokenizer.json");
        cut(tokenizer, 0.5);
        Refusal.of(folder, evaluate, tokenizer.toString(), "not a tokenizer");
        Files.delete(tokenizer);
        Refusal.of(folder, evaluate, tokenizer.toString(), "no tokenizer");
    }

    @Test
    void aTokenizerThatKnowsMoreTokensThanTheModelIsRefused() throws IOException {
        model.config(config -> config.put("vocab_size", 300));
        model.tensors(tensors -> tensors.computeIfPresent(
                "model.embed_tokens.weight",
                (name, t) -> new RawTensor(t.type(), List.of(300L, 256L), Arrays.copyOf(t.bytes(), 300 * 256 * 2))));
        Refusal.of(
                folder,
                List.of(
                        "evaluate",
                        model.path().toString(),
                        "--text",
                        Shared.demo("holdout.txt").toString()),
                "tokenizer",
                "300");
    }

    private static Arguments damage(String name, Damage damage, String... named) {
        return arguments(name, damage, named);
    }

    private static Path config(ModelFolder model) {
        return model.path().resolve("config.json");
    }

    private static void cut(Path file, double share) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, (int) (bytes.length * share)));
    }

    private static void overwrite(ModelFolder model, int at, String text) throws IOException {
        byte[] bytes = Files.readAllBytes(model.weights());
        System.arraycopy(text.getBytes(), 0, bytes, at, text.length());
        Files.write(model.weights(), bytes);
    }

    private static void headerLength(ModelFolder model, long length) throws IOException {
        byte[] bytes = Files.readAllBytes(model.weights());
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        Files.write(model.weights(), bytes);
    }

    private static void replace(ModelFolder model, java.util.function.UnaryOperator<RawTensor> change)
            throws IOException {
        model.tensors(tensors -> tensors.computeIfPresent(LAYER, (name, tensor) -> change.apply(tensor)));
    }

    private static void shape(ModelFolder model, Long... shape) throws IOException {
        replace(model, tensor -> new RawTensor(tensor.type(), List.of(shape), tensor.bytes()));
    }

    /** Element 300 of a layer of 256 columns. */
    private static void element(ModelFolder model, int bfloat16) throws IOException {
        replace(model, tensor -> {
            ByteBuffer.wrap(tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN).putShort(2 * 300, (short) bfloat16);
            return tensor;
        });
    }

    private static void withoutShard(ModelFolder model) throws IOException {
        model.shard();
        Files.delete(model.path().resolve("model-00002-of-00002.safetensors"));
    }

    private static void withoutIndex(ModelFolder model) throws IOException {
        model.shard();
        cut(model.path().resolve("model.safetensors.index.json"), 0.5);
    }
}
