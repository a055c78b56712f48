package org.paretopress.kernels.ops;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells OpenBLAS which kernels suit this machine's CPU, where it would choose badly: AVX2, at half the speed, on AMD chips
 * with AVX-512 that it does not know.
 *
 * <p>OpenBLAS reads {@value #VARIABLE} once, when it is loaded, and does what it says unchecked: the wrong value ends the
 * process by SIGILL. So every process decides by its own CPU; the launcher does the same for the driver.
 */
final class CoreType {

    static final String VARIABLE = "OPENBLAS_CORETYPE";

    private static final Path CPU = Path.of("/proc/cpuinfo");

    /** What the compiler may use in the SKYLAKEX kernels. */
    private static final List<String> AVX512 = List.of("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl");

    private CoreType() {}

    /** Sets the variable for this process, where it is not set and OpenBLAS needs it. Call it before OpenBLAS is loaded. */
    static void choose() {
        choose(CPU);
    }

    static synchronized void choose(Path cpuinfo) {
        if (System.getenv(VARIABLE) == null) {
            better(cpuinfo).ifPresent(CoreType::set);
        }
    }

    /** The core type that is better than what OpenBLAS would choose; Intel's chips it knows. */
    static Optional<String> better(Path cpuinfo) {
        Map<String, String> cpu = firstProcessor(cpuinfo);
        List<String> flags = Arrays.asList(cpu.getOrDefault("flags", "").split(" "));
        boolean known = cpu.getOrDefault("vendor_id", "").equals("GenuineIntel");
        return known || !flags.containsAll(AVX512) ? Optional.empty() : Optional.of("SKYLAKEX");
    }

    private static void set(String coreType) {
        Logger log = LoggerFactory.getLogger(CoreType.class);
        try {
            if (ProcessEnvironment.setIfAbsent(VARIABLE, coreType)) {
                log.info("{}={} for this CPU's AVX-512; set the variable to choose another.", VARIABLE, coreType);
            }
        } catch (LinkageError e) {
            log.warn(
                    "{}={} could not be set ({}): products run at half speed. Maybe set it.",
                    VARIABLE,
                    coreType,
                    e.toString());
        }
    }

    /** Fields of the first processor by name; none where the system has no such file. */
    private static Map<String, String> firstProcessor(Path cpuinfo) {
        Map<String, String> fields = new HashMap<>();
        try (BufferedReader reader = Files.newBufferedReader(cpuinfo, StandardCharsets.ISO_8859_1)) {
            String line = reader.readLine();
            while (line != null && !line.isEmpty()) {
                String[] field = line.split("\\s*:\\s*", 2);
                fields.put(field[0], field[field.length - 1]);
                line = reader.readLine();
            }
        } catch (IOException e) {
            return Map.of();
        }
        return fields;
    }
}
