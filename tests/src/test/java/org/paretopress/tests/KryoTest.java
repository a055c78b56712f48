package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.jobs.cluster.SparkApplication;

/** What goes over the wire between separate JVMs: registered types only, and results that do not depend on them. */
class KryoTest {

    /** Two executor JVMs, each started by a worker of its own. */
    static final String MASTER = "local-cluster[2,1,1024]";

    /** Two generations are enough to send everything there is to send. */
    private static final String SHORT = "--set=search.generations=2";

    @TempDir
    private Path folder;

    @Test
    void registrationIsRequiredUnlessTheUserSaysOtherwise() {
        assertThat(conf(Map.of()).get("spark.kryo.registrationRequired")).isEqualTo("true");
        assertThat(conf(Map.of()).get("spark.serializer")).endsWith(".KryoSerializer");
        Map<String, String> lenient = Map.of("spark.kryo.registrationRequired", "false");
        assertThat(conf(lenient).get("spark.kryo.registrationRequired")).isEqualTo("false");
    }

    /** On two executors; the defaults of {@link SparkApplication} are in force. */
    @Test
    void separateExecutorsGiveTheBytesOfOneProcess() throws IOException {
        SmallRun expected = SmallRun.finished();
        Path front = expected.folder().resolve("short");
        expected.search("local[2]", SHORT, "--set=output=" + front).succeeded();
        SmallRun run = SmallRun.in(folder);
        run.search(MASTER, SHORT).succeeded();
        for (String name : List.of("front.json", "baselines.json", "checkpoint.json")) {
            assertThat(run.file(name)).hasSameBinaryContentAs(front.resolve(name));
        }
        assertThat(LocalClusterTest.contents(run.levels())).isEqualTo(LocalClusterTest.contents(expected.levels()));
        JsonNode provenance = new ObjectMapper().readTree(run.read("provenance.json"));
        assertThat(provenance.path("cluster").path("master").asText()).isEqualTo(MASTER);
    }

    private static SparkConf conf(Map<String, String> settings) {
        return SparkApplication.configure("local[1]", settings);
    }
}
