package org.paretopress.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A tensor of a safetensors file as bytes; read and written here from the format's description, by other code than ours. */
record RawTensor(String type, List<Long> shape, byte[] bytes) {

    /** All tensors of a file by name. */
    static Map<String, RawTensor> read(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        int headerLength =
                (int) ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode header = new ObjectMapper().readTree(all, 8, headerLength);
        Map<String, RawTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                JsonNode node = entry.getValue();
                List<Long> shape = new ArrayList<>();
                node.path("shape").forEach(size -> shape.add(size.asLong()));
                int start = 8 + headerLength;
                byte[] bytes = Arrays.copyOfRange(
                        all,
                        start + node.path("data_offsets").get(0).asInt(),
                        start + node.path("data_offsets").get(1).asInt());
                tensors.put(entry.getKey(), new RawTensor(node.path("dtype").asText(), shape, bytes));
            }
        }
        return tensors;
    }

    /** All tensors of all safetensors files of a folder. */
    static Map<String, RawTensor> readFolder(Path folder) throws IOException {
        Map<String, RawTensor> tensors = new TreeMap<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList()) {
                tensors.putAll(read(file));
            }
        }
        return tensors;
    }

    static void write(Path file, Map<String, RawTensor> tensors) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode header = mapper.createObjectNode();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (Map.Entry<String, RawTensor> entry : tensors.entrySet()) {
            RawTensor tensor = entry.getValue();
            ObjectNode node = header.putObject(entry.getKey()).put("dtype", tensor.type());
            tensor.shape().forEach(node.putArray("shape")::add);
            node.putArray("data_offsets").add(data.size()).add(data.size() + tensor.bytes().length);
            data.write(tensor.bytes());
        }
        byte[] text = mapper.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        ByteBuffer whole = ByteBuffer.allocate(8 + text.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        whole.putLong(text.length).put(text).put(data.toByteArray());
        Files.deleteIfExists(file);
        Files.write(file, whole.array());
    }

    /** The same values as 32-bit floats; exact for bfloat16, which is the upper half of a float. */
    RawTensor toFloat32() {
        ByteBuffer wide = ByteBuffer.allocate(2 * bytes.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : floats()) {
            wide.putFloat(value);
        }
        return new RawTensor("F32", shape, wide.array());
    }

    /** The values; of F32 and BF16 tensors. */
    float[] floats() {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean wide = type.equals("F32");
        float[] values = new float[bytes.length / (wide ? 4 : 2)];
        for (int i = 0; i < values.length; i++) {
            values[i] = wide ? buffer.getFloat() : Float.intBitsToFloat(buffer.getShort() << 16);
        }
        return values;
    }
}
