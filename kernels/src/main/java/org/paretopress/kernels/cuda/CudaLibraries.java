package org.paretopress.kernels.cuda;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds the libraries of an installed CUDA. The driver brings one of its own; the compiler and cuBLASLt are those of the newest CUDA that
 * the driver serves, as the loader finds them or in the folders of an installation.
 *
 * @param environment variables: {@value #FOLDERS}, {@code CUDA_HOME} and {@code CUDA_PATH} name folders
 */
record CudaLibraries(Map<String, String> environment) {

    /** Folders with libraries of CUDA, separated as in a path. */
    static final String FOLDERS = "PARETOPRESS_CUDA_LIBRARIES";

    /** What may help where a library refuses what others do. */
    static final String ANOTHER_MAY_HELP =
            "\nMaybe another version of CUDA helps: name the folder of its libraries in " + FOLDERS + ".";

    /** Their symbols are for them alone (RTLD_LAZY without RTLD_GLOBAL): other libraries of this process may have some of the same name. */
    private static final Map<String, Integer> APART = Map.of(Library.OPTION_OPEN_FLAGS, 1);

    /** The first CUDA whose libraries are the ones that are used here. */
    static final int OLDEST = 12;

    /** @throws CudaException where there is none */
    DriverApi driver() {
        return load(DriverApi.class, "NVIDIA's driver", List.of("libcuda.so.1"), "install it, or give tasks no GPU.");
    }

    /**
     * @param driverCuda the newest CUDA that the driver serves, as {@link GpuProperties#driverCuda}
     * @throws CudaException where there is none
     */
    NvrtcApi nvrtc(int driverCuda) {
        return load(NvrtcApi.class, "CUDA's run-time compiler", versions("libnvrtc", driverCuda), remedy());
    }

    /** Likewise. */
    CublasLtApi cublasLt(int driverCuda) {
        return load(CublasLtApi.class, "cuBLASLt", versions("libcublasLt", driverCuda), remedy());
    }

    private static String remedy() {
        return "install CUDA " + OLDEST + " or later, or name the folder of its libraries in " + FOLDERS + ".";
    }

    private static List<String> versions(String library, int driverCuda) {
        int newest = driverCuda / 1000;
        return IntStream.rangeClosed(OLDEST, newest)
                .mapToObj(major -> library + ".so." + (newest + OLDEST - major))
                .toList();
    }

    private <T extends Library> T load(Class<T> api, String what, List<String> names, String remedy) {
        List<String> tried = new ArrayList<>();
        for (String name : names) {
            for (String candidate : candidates(name)) {
                try {
                    companions(candidate).forEach(companion -> NativeLibrary.getInstance(companion, APART));
                    return Native.load(candidate, api, APART);
                } catch (UnsatisfiedLinkError e) {
                    tried.add(candidate);
                }
            }
        }
        throw new CudaException(what + " cannot be loaded (" + String.join(", ", tried) + ").\nMaybe " + remedy);
    }

    /** What the compiler opens by name when it compiles: it must be there already, where the loader does not know the folder. */
    private static List<String> companions(String library) {
        Path folder = Path.of(library).getParent();
        if (folder == null || !library.contains("libnvrtc.so")) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::toString)
                    .filter(file -> file.contains("libnvrtc-builtins.so."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** A library in a named folder comes before the one that the loader finds. */
    private List<String> candidates(String name) {
        Stream<String> named = Arrays.stream(
                        environment.getOrDefault(FOLDERS, "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty());
        Stream<String> installed = Stream.concat(
                        Stream.of("CUDA_HOME", "CUDA_PATH")
                                .filter(environment::containsKey)
                                .map(environment::get),
                        Stream.of("/usr/local/cuda"))
                .map(folder -> folder + "/lib64");
        return Stream.of(existing(named, name), Stream.of(name), existing(installed, name))
                .flatMap(stream -> stream)
                .toList();
    }

    private static Stream<String> existing(Stream<String> folders, String name) {
        return folders.map(folder -> Path.of(folder, name))
                .filter(Files::exists)
                .map(Path::toString);
    }
}
