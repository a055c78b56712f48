package org.paretopress.kernels.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A Llama of random weights, of one block, width 8 and 16 tokens, written to files by the description of the format.
 *
 * @param tied whether there is no head of its own
 */
record TinyModel(boolean tied) {

    static final int HIDDEN = 8;
    static final int VOCABULARY = 16;

    /** Tensor shapes by name, in the order in which they are written. */
    Map<String, int[]> shapes() {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new int[] {VOCABULARY, HIDDEN});
        String block = "model.layers.0.";
        shapes.put(block + "input_layernorm.weight", new int[] {HIDDEN});
        shapes.put(block + "self_attn.q_proj.weight", new int[] {HIDDEN, HIDDEN});
        shapes.put(block + "self_attn.k_proj.weight", new int[] {HIDDEN / 2, HIDDEN});
        shapes.put(block + "self_attn.v_proj.weight", new int[] {HIDDEN / 2, HIDDEN});
        shapes.put(block + "self_attn.o_proj.weight", new int[] {HIDDEN, HIDDEN});
        shapes.put(block + "post_attention_layernorm.weight", new int[] {HIDDEN});
        shapes.put(block + "mlp.gate_proj.weight", new int[] {12, HIDDEN});
        shapes.put(block + "mlp.up_proj.weight", new int[] {12, HIDDEN});
        shapes.put(block + "mlp.down_proj.weight", new int[] {HIDDEN, 12});
        shapes.put("model.norm.weight", new int[] {HIDDEN});
        if (!tied) {
            shapes.put("lm_head.weight", new int[] {VOCABULARY, HIDDEN});
        }
        return shapes;
    }

    /** Values of a tensor: a function of its name. */
    static float[] values(String name, int count) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    Path writeTo(Path folder) throws IOException {
        writeConfig(folder);
        write(folder.resolve("model.safetensors"), shapes());
        return folder;
    }

    /** Every tensor to one of three files in turn. */
    Path writeSharded(Path folder) throws IOException {
        writeConfig(folder);
        List<String> names = new ArrayList<>(shapes().keySet());
        StringBuilder map = new StringBuilder();
        for (int shard = 0; shard < 3; shard++) {
            Map<String, int[]> part = new LinkedHashMap<>();
            for (int i = shard; i < names.size(); i += 3) {
                part.put(names.get(i), shapes().get(names.get(i)));
                map.append(map.isEmpty() ? "" : ",").append("\"%s\": \"%s\"".formatted(names.get(i), file(shard)));
            }
            write(folder.resolve(file(shard)), part);
        }
        Files.writeString(folder.resolve("model.safetensors.index.json"), "{\"weight_map\": {" + map + "}}");
        return folder;
    }

    static String file(int shard) {
        return "model-0000%d-of-00003.safetensors".formatted(shard + 1);
    }

    private void writeConfig(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "llama", "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 1,
                 "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 16, "bos_token_id": 1,
                 "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "tie_word_embeddings": %s}
                """.formatted(tied));
    }

    private static void write(Path file, Map<String, int[]> shapes) throws IOException {
        List<String> entries = new ArrayList<>();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
            int count = IntStream.of(entry.getValue()).reduce(1, (a, b) -> a * b);
            ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values(entry.getKey(), count));
            String shape =
                    IntStream.of(entry.getValue()).mapToObj(Integer::toString).collect(Collectors.joining(","));
            String offsets = LongStream.of(data.size(), data.size() + 4L * count)
                    .mapToObj(Long::toString)
                    .collect(Collectors.joining(","));
            entries.add("\"%s\": {\"dtype\": \"F32\", \"shape\": [%s], \"data_offsets\": [%s]}"
                    .formatted(entry.getKey(), shape, offsets));
            data.write(bytes.array());
        }
        byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
        ByteBuffer whole = ByteBuffer.allocate(8 + header.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(
                file,
                whole.putLong(header.length).put(header).put(data.toByteArray()).array());
    }
}
