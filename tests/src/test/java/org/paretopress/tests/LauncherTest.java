package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher hands to Java on machines with other CPUs; Java is a script here that tells what it was given. */
class LauncherTest {

    private static final String AVX512 = "avx2 avx512f avx512dq avx512cd avx512bw avx512vl";
    private static final String CHOSEN = "-Dparetopress.coreType=";

    @TempDir
    private Path home;

    /** A checkout that is built already, and a JDK. */
    @BeforeEach
    void install() throws IOException {
        Path spark = Files.createDirectories(home.resolve("submit/target/spark/jars"));
        Files.createFile(spark.resolve("spark-core_2.13-4.jar"));
        for (String name : new String[] {"submit/paretopress", "submit/common.sh", "submit/pom.xml", "pom.xml"}) {
            Files.copy(Shared.repository().resolve(name), home.resolve(name));
        }
        for (String module : new String[] {"search-core", "kernels", "spark-jobs"}) {
            Files.createDirectories(home.resolve(module).resolve("src/main"));
            Files.createFile(home.resolve(module).resolve("pom.xml"));
        }
        Files.createDirectories(home.resolve("spark-jobs/target"));
        Files.createFile(home.resolve("spark-jobs/target/paretopress-assembly.jar"));
        Files.createFile(home.resolve("spark-jobs/target/paretopress.built"));
        Path java = Files.createDirectories(home.resolve("jdk/bin")).resolve("java");
        Files.writeString(
                java, "#!/bin/sh\necho \"core type ${OPENBLAS_CORETYPE-none}\"\nfor a; do echo \"$a\"; done\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What the script printed, and what the launcher said itself. */
    private record Launch(String given, String said) {}

    @Test
    void avx512OfAmdGetsTheKernelsThatUseItAndIsTold() throws Exception {
        Launch launch = launch("AuthenticAMD", AVX512, Map.of());
        assertThat(launch.given())
                .startsWith("core type SKYLAKEX\n")
                .contains(CHOSEN + "SKYLAKEX\n")
                .endsWith("search\na b\n");
        assertThat(launch.said().lines()).singleElement().asString().contains("OPENBLAS_CORETYPE=SKYLAKEX", "set ");
    }

    @Test
    void whereOpenBlasKnowsBetterNothingIsSetOrSaid() throws Exception {
        for (Launch launch : new Launch[] {
            launch("GenuineIntel", AVX512, Map.of()),
            launch("AuthenticAMD", "avx avx2 fma", Map.of()),
            launch("AuthenticAMD", AVX512.replace("avx512dq ", ""), Map.of())
        }) {
            assertThat(launch.given()).startsWith("core type none\n").doesNotContain(CHOSEN);
            assertThat(launch.said()).isEmpty();
        }
    }

    @Test
    void theUsersOwnSettingStays() throws Exception {
        for (String own : new String[] {"ZEN", ""}) {
            Launch launch = launch("AuthenticAMD", AVX512, Map.of("OPENBLAS_CORETYPE", own));
            assertThat(launch.given()).startsWith("core type " + own + "\n").doesNotContain(CHOSEN);
            assertThat(launch.said()).isEmpty();
        }
    }

    @Test
    void aSystemThatDoesNotDescribeItsCpuIsLeftAlone() throws Exception {
        Launch launch = launch(home.resolve("missing"), Map.of());
        assertThat(launch.given()).startsWith("core type none\n").doesNotContain(CHOSEN);
        assertThat(launch.said()).isEmpty();
    }

    private Launch launch(String vendor, String flags, Map<String, String> environment) throws Exception {
        String processor = "processor\t: 0\nvendor_id\t: %s\nmodel name\t: A CPU\nflags\t\t: fpu %s\nbogomips\t: 1\n\n";
        Path cpuinfo = home.resolve("cpuinfo");
        // What lies behind the first processor does not count.
        String all = processor.formatted(vendor, flags) + processor.formatted("AnotherVendor", AVX512);
        return launch(Files.writeString(cpuinfo, all), environment);
    }

    private Launch launch(Path cpuinfo, Map<String, String> environment) throws Exception {
        Path said = home.resolve("said.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        "bash", home.resolve("submit/paretopress").toString(), "search", "a b")
                .redirectError(said.toFile());
        builder.environment().keySet().removeAll(Set.of("OPENBLAS_CORETYPE", "SPARK_HOME"));
        builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
        builder.environment().put("PARETOPRESS_CPUINFO", cpuinfo.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String given = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(Files.readString(said)).isZero();
        return new Launch(given, Files.readString(said));
    }
}
