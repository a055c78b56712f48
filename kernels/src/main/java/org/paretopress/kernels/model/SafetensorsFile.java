package org.paretopress.kernels.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One file in the safetensors format: eight bytes of header length, a JSON header, then the tensors' bytes.
 *
 * <p>Opening reads the header alone and checks it against the file's length, so a cut file is found before any work.
 * Tensors are memory-mapped when they are read, each on its own, so files larger than 2 GiB need nothing special.
 */
public final class SafetensorsFile {

    /** The format's own bound on the header. */
    private static final long LARGEST_HEADER = 100_000_000;

    private static final String CUT = "the download or copy was cut: fetch the file again and compare its length.";

    private final Path path;
    private final Map<String, TensorInfo> tensors;

    private SafetensorsFile(Path path, Map<String, TensorInfo> tensors) {
        this.path = path;
        this.tensors = tensors;
    }

    /** @throws MalformedModelException if the file is cut or is not a safetensors file */
    public static SafetensorsFile open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long length = channel.size();
            long headerLength = headerLength(path, channel, length);
            byte[] header = new byte[Math.toIntExact(headerLength)];
            readFully(channel, ByteBuffer.wrap(header), 8);
            return new SafetensorsFile(path, parse(path, header, 8 + headerLength, length));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path, e);
        }
    }

    public Path path() {
        return path;
    }

    /** All tensors, in the order of the header. */
    public Collection<TensorInfo> tensors() {
        return tensors.values();
    }

    /**
     * Maps whole rows of a tensor.
     *
     * @return a read-only little-endian view of {@code rows × columns} elements; at most 2 GiB
     */
    ByteBuffer map(TensorInfo tensor, long firstRow, long rows) {
        return tensor.map(path, firstRow, rows);
    }

    private static long headerLength(Path path, FileChannel channel, long length) throws IOException {
        if (length < 8) {
            throw new MalformedModelException(path, "the file has " + length + " bytes, too few for a header.", CUT);
        }
        ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, prefix, 0);
        long headerLength = prefix.getLong(0);
        if (headerLength < 2 || headerLength > LARGEST_HEADER || headerLength > length - 8) {
            throw new MalformedModelException(
                    path,
                    0,
                    "the header claims " + Long.toUnsignedString(headerLength) + " bytes, the file has " + length + ".",
                    "this is not a safetensors file, or " + CUT);
        }
        return headerLength;
    }

    private static Map<String, TensorInfo> parse(Path path, byte[] header, long dataStart, long length)
            throws IOException {
        JsonNode root;
        try {
            ObjectMapper mapper = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            root = mapper.readTree(header);
        } catch (JsonProcessingException e) {
            throw new MalformedModelException(
                    path, 8, "the header is not JSON: " + e.getOriginalMessage(), "this is not a safetensors file.");
        }
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.put(entry.getKey(), tensor(path, entry.getKey(), entry.getValue(), dataStart, length));
            }
        }
        return tensors;
    }

    private static TensorInfo tensor(Path path, String name, JsonNode node, long dataStart, long length) {
        JsonNode offsets = node.path("data_offsets");
        if (!node.path("shape").isArray() || offsets.size() != 2) {
            throw new MalformedModelException(
                    path, 8, "tensor " + name + " has no shape or no data_offsets.", "another tool wrote it wrongly.");
        }
        List<Long> shape = new ArrayList<>();
        node.path("shape").forEach(dimension -> shape.add(dimension.asLong()));
        long begin = offsets.get(0).asLong(-1);
        long end = offsets.get(1).asLong(-1);
        TensorInfo info = new TensorInfo(name, type(path, name, node), shape, dataStart + begin);
        if (begin < 0 || end < begin || end > length - dataStart) {
            throw new MalformedModelException(
                    path,
                    dataStart + Math.max(begin, 0),
                    "tensor " + name + " should end at byte " + (dataStart + end) + ", the file has " + length + ".",
                    CUT);
        }
        if (shape.stream().anyMatch(d -> d < 0) || !fills(info, end - begin)) {
            throw new MalformedModelException(
                    path,
                    info.offset(),
                    "tensor " + name + " of shape " + shape + " and type " + info.type() + " does not fill the "
                            + (end - begin) + " bytes that its data_offsets give.",
                    "another tool wrote it wrongly.");
        }
        return info;
    }

    private static boolean fills(TensorInfo tensor, long bytes) {
        try {
            return tensor.sizeInBytes() == bytes;
        } catch (ArithmeticException e) { // more than 63 bits count
            return false;
        }
    }

    private static TensorType type(Path path, String name, JsonNode node) {
        String type = node.path("dtype").asText();
        return Stream.<TensorType>concat(Stream.of(DataType.values()), Stream.of(IntegerType.values()))
                .filter(known -> known.name().equals(type))
                .findFirst()
                .orElseThrow(() -> new MalformedModelException(
                        path,
                        8,
                        "tensor " + name + " has type '" + type + "'; F32, F16 and BF16 can be read.",
                        "the model is quantized already: take the original weights."));
    }

    private static void readFully(FileChannel channel, ByteBuffer target, long position) throws IOException {
        while (target.hasRemaining()) {
            int read = channel.read(target, position + target.position());
            if (read < 0) {
                throw new IOException("The file became shorter while it was read");
            }
        }
    }
}
