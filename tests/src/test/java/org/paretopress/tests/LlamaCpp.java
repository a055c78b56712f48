package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * llama.cpp, by its C interface in the natives of its Java binding, in a process of its own: what it makes of a GGUF file. It cuts a text
 * as its {@code llama-perplexity} does: chunks of {@code context} tokens, each begun by the begin-of-sequence token, of which the
 * predictions of the second half count.
 */
public final class LlamaCpp {

    private static final String RESOURCE = "/de/kherud/llama/Linux/x86_64/libjllama.so";
    /** What the natives were compiled for. */
    private static final List<String> NEEDED = List.of("avx2", "fma", "f16c", "bmi2");

    /** Parameters by value: larger than any version's, and read and written by the library alone but for the first numbers. */
    @Structure.FieldOrder("bytes")
    public static class Parameters extends Structure implements Structure.ByValue {
        public byte[] bytes = new byte[512];
    }

    /** {@code llama_batch}. */
    @Structure.FieldOrder({"count", "tokens", "embeddings", "positions", "sequenceCounts", "sequences", "wanted"})
    public static class Batch extends Structure implements Structure.ByValue {
        public int count;
        public Pointer tokens;
        public Pointer embeddings;
        public Pointer positions;
        public Pointer sequenceCounts;
        public Pointer sequences;
        public Pointer wanted;
    }

    private final NativeLibrary library;
    private final Pointer model;
    private final Pointer vocabulary;

    private LlamaCpp(NativeLibrary library, String file) {
        this.library = library;
        call("llama_backend_init").invokeVoid(new Object[0]);
        this.model = (Pointer) call("llama_model_load_from_file")
                .invoke(Pointer.class, new Object[] {file, parameters("llama_model_default_params")});
        if (model == null) {
            throw new IllegalStateException("llama.cpp does not load " + file);
        }
        this.vocabulary = (Pointer) call("llama_model_get_vocab").invoke(Pointer.class, new Object[] {model});
    }

    /**
     * What llama.cpp says of a model on a text.
     *
     * @return {@code perplexity}, and {@code tokens}: ids of the whole text
     */
    static JsonNode of(Path model, Path text, int context) throws IOException, InterruptedException {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64")
                        && flags().containsAll(NEEDED),
                "skipped: llama.cpp's natives run on Linux x86-64 with AVX2 only");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LlamaCpp.class.getName(),
                        model.toString(),
                        text.toString(),
                        Integer.toString(context))
                .redirectError(Path.of("target", "llama.cpp.log").toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("llama.cpp on %s: %s", model, out).isZero();
        return new ObjectMapper().readTree(out);
    }

    private static List<String> flags() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> Arrays.asList(line.split("\\s+")))
                .orElse(List.of());
    }

    /** In the process of its own. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        Path file = Files.createTempFile("libjllama", ".so");
        try (InputStream in = LlamaCpp.class.getResourceAsStream(RESOURCE)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        NativeLibrary library = NativeLibrary.getInstance(file.toString());
        Files.delete(file);
        LlamaCpp llama = new LlamaCpp(library, arguments[0]);
        int[] tokens = llama.tokens(Files.readString(Path.of(arguments[1])));
        double perplexity = llama.perplexity(tokens, Integer.parseInt(arguments[2]));
        out.println(new ObjectMapper().writeValueAsString(Map.of("perplexity", perplexity, "tokens", tokens)));
    }

    private Function call(String name) {
        return library.getFunction(name);
    }

    private Parameters parameters(String name) {
        return (Parameters) call(name).invoke(Parameters.class, new Object[0]);
    }

    private int[] tokens(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Memory ids = new Memory(4L * (bytes.length + 2));
        int count = call("llama_tokenize")
                .invokeInt(new Object[] {vocabulary, bytes, bytes.length, ids, bytes.length + 2, true, false});
        return ids.getIntArray(0, count);
    }

    private double perplexity(int[] tokens, int context) {
        Parameters parameters = parameters("llama_context_default_params");
        ByteBuffer numbers = ByteBuffer.wrap(parameters.bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 3; i++) { // n_ctx, n_batch, n_ubatch
            numbers.putInt(4 * i, context);
        }
        parameters.write();
        Pointer state = (Pointer) call("llama_init_from_model").invoke(Pointer.class, new Object[] {model, parameters});
        Batch batch = (Batch) call("llama_batch_init").invoke(Batch.class, new Object[] {context, 0, 1});
        int size = call("llama_vocab_n_tokens").invokeInt(new Object[] {vocabulary});
        int begin = call("llama_vocab_bos").invokeInt(new Object[] {vocabulary});
        double sum = 0;
        long count = 0;
        for (int first = 0; first + context <= tokens.length; first += context) {
            int[] chunk = Arrays.copyOfRange(tokens, first, first + context);
            chunk[0] = begin;
            fill(batch, chunk);
            call("llama_kv_self_clear").invokeVoid(new Object[] {state});
            if (call("llama_decode").invokeInt(new Object[] {state, batch}) != 0) {
                throw new IllegalStateException("llama_decode failed");
            }
            for (int i = context / 2; i + 1 < context; i++) {
                Pointer logits = (Pointer) call("llama_get_logits_ith").invoke(Pointer.class, new Object[] {state, i});
                sum -= logProbability(logits.getFloatArray(0, size), chunk[i + 1]);
                count++;
            }
        }
        return Math.exp(sum / count);
    }

    private static void fill(Batch batch, int[] chunk) {
        batch.count = chunk.length;
        for (int i = 0; i < chunk.length; i++) {
            batch.tokens.setInt(4L * i, chunk[i]);
            batch.positions.setInt(4L * i, i);
            batch.sequenceCounts.setInt(4L * i, 1);
            batch.sequences.getPointer((long) Native.POINTER_SIZE * i).setInt(0, 0);
            batch.wanted.setByte(i, (byte) 1);
        }
        batch.write();
    }

    private static double logProbability(float[] logits, int token) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return logits[token] - largest - Math.log(sum);
    }
}
