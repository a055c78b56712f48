package org.paretopress.kernels.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The CUDA driver, NVRTC and cuBLASLt of a device that is emulated on the CPU, for tests on machines without a GPU. The same
 * kernels run there, compiled by g++ with the emulator's {@code primitives.cuh}; {@code src/test/cuda} has its sources.
 *
 * <p>The device is as these environment variables say when the driver is initialized and no context lives:
 * {@code EMULATED_CUDA_NAME}, {@code EMULATED_CUDA_CAPABILITY} (8.0), {@code EMULATED_CUDA_MEMORY} (bytes),
 * {@code EMULATED_CUDA_SHARED_MEMORY} (bytes that a block may have), {@code EMULATED_CUDA_MULTIPROCESSORS},
 * {@code EMULATED_CUDA_DRIVER} (13000), {@code EMULATED_CUDA_DEVICES} (1). {@code EMULATED_CUDA_COMPILER} is what NVRTC calls.
 * With {@code EMULATED_CUDA_FLAW} products have wrong signs here and there.
 */
public final class EmulatedCuda {

    private static final String COMPILER = "g++";

    private static final List<String> OPTIONS = List.of(
            "-std=c++17",
            "-O3",
            "-march=native",
            "-fPIC",
            "-shared",
            "-static-libstdc++", // other libraries of this process may offer another
            "-static-libgcc",
            "-Wl,-Bsymbolic,--exclude-libs,ALL",
            "-fvisibility=hidden",
            "-Wno-psabi",
            "-U_FORTIFY_SOURCE", // its longjmp takes a change of stacks for an attack
            "-pthread",
            "-Wl,-z,nodelete"); // its devices stay when JNA closes the library

    /** One library under three names: the loader sees that they are one file, so they share their state. */
    private static final String DRIVER = "libcuda.so.1";

    private static final List<String> OTHER_NAMES = List.of("libnvrtc.so.13", "libcublasLt.so.13");

    private EmulatedCuda() {}

    public static boolean isAvailable() {
        return isLinux() && isCompilerOnPath();
    }

    /** Skips the test that calls, from {@code BeforeEach} or itself, where the emulator cannot be built. */
    public static void assumeAvailable() {
        assumeTrue(isLinux(), "the CUDA emulator is for Linux");
        assumeTrue(isCompilerOnPath(), "the CUDA emulator needs g++ on the PATH");
    }

    /**
     * A folder with {@code libcuda.so.1}, {@code libnvrtc.so.13} and {@code libcublasLt.so.13}; built by the first that asks, and
     * kept until a source changes.
     *
     * @throws IllegalStateException where g++ is missing or fails
     */
    public static synchronized Path folder() {
        try {
            Path sources = root().resolve("kernels/src/test/cuda");
            Path folder = root().resolve("kernels/target/cuda-emulator").resolve(fingerprint(sources));
            if (!Files.isDirectory(folder)) {
                build(sources, folder);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Variables with which {@link CudaLibraries} finds the emulator. */
    static Map<String, String> environment() {
        return Map.of(CudaLibraries.FOLDERS, folder().toString());
    }

    /** Where kernels that this emulator compiled are kept: another one compiles them anew. */
    static Path compiled() {
        return folder().resolve("compiled");
    }

    private static boolean isLinux() {
        return System.getProperty("os.name").startsWith("Linux");
    }

    private static boolean isCompilerOnPath() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, COMPILER)));
    }

    private static Path root() {
        String given = System.getProperty("repository.root");
        if (given != null) {
            return Path.of(given);
        }
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.isDirectory(root.resolve("kernels/src/test/cuda"))) {
            root = root.getParent();
        }
        if (root == null) {
            throw new IllegalStateException("The emulator's sources are not there. Maybe repository.root is not set.");
        }
        return root;
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static String fingerprint(Path sources) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : filesOf(sources)) {
                digest.update((file.getFileName() + "\n").getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
            digest.update(OPTIONS.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Builds beside the folder and renames, since another JVM may do the same. */
    private static void build(Path sources, Path folder) throws IOException {
        Files.createDirectories(folder.getParent());
        Path building = Files.createTempDirectory(folder.getParent(), "building");
        try {
            List<String> command = new ArrayList<>(List.of(COMPILER));
            command.addAll(OPTIONS);
            for (Path file : filesOf(sources)) {
                if (file.toString().endsWith(".cpp")) {
                    command.add(file.toString());
                } else {
                    Files.copy(file, building.resolve(file.getFileName()));
                }
            }
            command.addAll(List.of("-o", building.resolve(DRIVER).toString(), "-ldl"));
            run(command);
            for (String name : OTHER_NAMES) {
                Files.createLink(building.resolve(name), building.resolve(DRIVER));
            }
            Files.move(building, folder);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(folder)) { // else the other JVM was faster
                throw e;
            }
        } finally {
            delete(building);
        }
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + "\n" + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
