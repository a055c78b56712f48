package org.paretopress.kernels.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a safetensors file, a tensor at a time, so that no more than one is in memory. */
final class SafetensorsWriter {

    /** The data section starts at a multiple of this, as the format's own writer has it. */
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /** Writes the tensors in the given order, without gaps. */
    static void write(Path path, List<TensorEntry> entries) throws IOException {
        byte[] header = header(entries);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 20);
                WritableByteChannel channel = Channels.newChannel(out)) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            out.write(header);
            for (TensorEntry entry : entries) {
                entry.contents().writeTo(channel);
            }
        }
    }

    private static byte[] header(List<TensorEntry> entries) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.putObject("__metadata__").put("format", "pt");
        long offset = 0;
        for (TensorEntry entry : entries) {
            ObjectNode node = root.putObject(entry.name());
            node.put("dtype", entry.type().name());
            entry.shape().forEach(node.putArray("shape")::add);
            node.putArray("data_offsets").add(offset).add(offset + entry.sizeInBytes());
            offset += entry.sizeInBytes();
        }
        String json = mapper.writeValueAsString(root);
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        return (json + " ".repeat(Math.floorMod(-length, ALIGNMENT))).getBytes(StandardCharsets.UTF_8);
    }
}
