package org.paretopress.kernels.cuda;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Compiles kernels to machine code of a device (NVRTC). What was compiled once is kept in a folder, by a hash of source, options and
 * compiler, see {@link KeptCode}.
 */
final class KernelCompiler {

    private static final List<String> HEADERS = List.of("primitives.cuh", "reductions.cuh", "levels.cuh", "ggml.cuh");

    private final NvrtcApi api;
    private final KeptCode kept;

    KernelCompiler(NvrtcApi api, KeptCode kept) {
        this.api = api;
        this.kept = kept;
    }

    /** Major and minor version, such as {@code 13.0}. */
    String version() {
        IntByReference major = new IntByReference();
        IntByReference minor = new IntByReference();
        check(api.nvrtcVersion(major, minor), "tell its version");
        return major.getValue() + "." + minor.getValue();
    }

    /**
     * Machine code of a source file.
     *
     * @param options beside the language
     */
    byte[] compile(String source, List<String> options) {
        String name = hash(source, options);
        return kept.read(name).orElseGet(() -> {
            byte[] code = compileAnew(source, options);
            kept.write(name, code);
            return code;
        });
    }

    private byte[] compileAnew(String source, List<String> options) {
        String[] texts = HEADERS.stream().map(KernelCompiler::text).toArray(String[]::new);
        PointerByReference program = new PointerByReference();
        check(
                api.nvrtcCreateProgram(
                        program, text(source), source, texts.length, texts, HEADERS.toArray(String[]::new)),
                "read " + source);
        try {
            Pointer handle = program.getValue();
            String[] all =
                    Stream.concat(Stream.of("-std=c++17"), options.stream()).toArray(String[]::new);
            int error = api.nvrtcCompileProgram(handle, all.length, all);
            if (error != 0) {
                throw new CudaException("The compiler of CUDA " + version() + " cannot compile " + source + " with "
                        + String.join(" ", all) + ": " + api.nvrtcGetErrorString(error) + ". "
                        + log(handle).strip()
                        + "\nMaybe the device is newer than this CUDA, or too old for it: name the folder of another in "
                        + CudaLibraries.FOLDERS + ".");
            }
            LongByReference size = new LongByReference();
            check(api.nvrtcGetCUBINSize(handle, size), "measure machine code");
            byte[] code = new byte[Math.toIntExact(size.getValue())];
            check(api.nvrtcGetCUBIN(handle, code), "return machine code");
            return code;
        } finally {
            api.nvrtcDestroyProgram(program);
        }
    }

    private String log(Pointer program) {
        LongByReference size = new LongByReference();
        if (api.nvrtcGetProgramLogSize(program, size) != 0) {
            return "";
        }
        byte[] log = new byte[Math.toIntExact(size.getValue()) + 1];
        return api.nvrtcGetProgramLog(program, log) == 0 ? Native.toString(log) : "";
    }

    private void check(int error, String what) {
        if (error != 0) {
            throw new CudaException("CUDA's compiler cannot " + what + ": " + api.nvrtcGetErrorString(error) + "."
                    + CudaLibraries.ANOTHER_MAY_HELP);
        }
    }

    private String hash(String source, List<String> options) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            Stream<String> parts = Stream.concat(
                    Stream.of(version(), text(source)),
                    Stream.concat(HEADERS.stream().map(KernelCompiler::text), options.stream()));
            parts.forEach(part -> digest.update((part.length() + ":" + part).getBytes(StandardCharsets.UTF_8)));
            return source.toLowerCase(Locale.ROOT).replaceAll("\\.\\w+$", "-")
                    + HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of a source file beside this class. */
    static String text(String name) {
        try (InputStream stream = KernelCompiler.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("This build lacks " + name + ".");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
