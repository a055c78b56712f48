package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which CPUs OpenBLAS is told about, and that it listens. */
class CoreTypeTest {

    private static final String AVX512 = "avx2 avx512f avx512dq avx512cd avx512bw avx512vl avx512_bf16";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "AuthenticAMD, " + AVX512 + ", SKYLAKEX",
        "AuthenticAMD, avx avx2 fma, ''",
        "AuthenticAMD, avx2 avx512f avx512cd avx512er avx512pf, ''",
        "AuthenticAMD, avx2 avx512f avx512dq avx512cd avx512bw, ''",
        "GenuineIntel, " + AVX512 + ", ''",
        "GenuineIntel, avx2, ''"
    })
    void onlyAvx512OfOthersThanIntelNeedsIt(String vendor, String flags, String expected) throws IOException {
        assertThat(CoreType.better(cpuinfo(vendor, flags)).orElse("")).isEqualTo(expected);
    }

    @Test
    void otherSystemsAreLeftAlone() throws IOException {
        assertThat(CoreType.better(folder.resolve("missing"))).isEmpty();
        Path arm = Files.writeString(folder.resolve("arm"), "processor\t: 0\nFeatures\t: fp asimd sve\n\n");
        assertThat(CoreType.better(arm)).isEmpty();
    }

    @Test
    void openBlasListensUnlessTheUserSpoke() throws Exception {
        assumeTrue(
                Files.exists(Path.of("/proc/cpuinfo"))
                        && System.getProperty("os.arch").equals("amd64"),
                "OpenBLAS has these core types on x86 alone");
        String cpuinfo = cpuinfo("AuthenticAMD", AVX512).toString();
        assertThat(coreOf(cpuinfo, null)).contains("Core: SkylakeX");
        assertThat(coreOf(cpuinfo, "Sandybridge")).contains("Core: Sandybridge").doesNotContain("SkylakeX");
    }

    /** Two processors, the second of which must not be looked at. */
    private Path cpuinfo(String vendor, String flags) throws IOException {
        String first =
                "processor\t: 0\nvendor_id\t: " + vendor + "\nmodel name\t: A: B\nflags\t\t: fpu " + flags + "\n";
        return Files.writeString(
                folder.resolve("cpuinfo"),
                first + "bogomips\t: 1\n\nvendor_id\t: other\nflags\t\t: " + AVX512 + "\n\n");
    }

    /** What a process prints that chooses and then loads OpenBLAS, and does not compute: this CPU may not be able to. */
    private static String coreOf(String cpuinfo, String userSetting) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Loads.class.getName(),
                cpuinfo);
        builder.environment().put("OPENBLAS_VERBOSE", "2");
        builder.environment().remove(CoreType.VARIABLE);
        if (userSetting != null) {
            builder.environment().put(CoreType.VARIABLE, userSetting);
        }
        Process process = builder.redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }

    static final class Loads {

        private Loads() {}

        public static void main(String[] arguments) {
            CoreType.choose(Path.of(arguments[0]));
            Loader.load(openblas.class);
        }
    }
}
