package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model, text, levels and run on a real HDFS; one that is full, and one that takes no writes. */
class HdfsTest {

    @TempDir
    private static java.nio.file.Path disk;

    private static MiniDFSCluster cluster;
    private static DistributedFileSystem hdfs;

    @BeforeAll
    static void start() throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, disk.toString());
        cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
        cluster.waitActive();
        hdfs = cluster.getFileSystem();
    }

    @AfterAll
    static void stop() {
        cluster.shutdown();
    }

    /** A configuration on HDFS of which everything is there. */
    private static String config(String folder) throws IOException {
        SmallRun local = SmallRun.finished();
        String root = hdfs.getUri() + "/" + folder;
        hdfs.mkdirs(new Path(root));
        hdfs.copyFromLocalFile(new Path(local.model().toUri()), new Path(root, "model"));
        String yaml = Files.readString(local.config());
        for (String text : List.of("calibration.txt", "holdout.txt")) {
            hdfs.copyFromLocalFile(new Path(Shared.demo(text).toUri()), new Path(root, text));
            yaml = yaml.replace(Shared.demo(text).toString(), root + "/" + text);
        }
        yaml = yaml.replace(local.model().toString(), root + "/model")
                .replace(local.output().toString(), root + "/run");
        try (var out = hdfs.create(new Path(root, "search.yaml"))) {
            out.write(yaml.getBytes(StandardCharsets.UTF_8));
        }
        return root;
    }

    private static Command search(String root, String... options) {
        String[] arguments = new String[4 + options.length];
        arguments[0] = "search";
        arguments[1] = root + "/search.yaml";
        arguments[2] = "--master=local[2]";
        arguments[3] = "--json";
        System.arraycopy(options, 0, arguments, 4, options.length);
        return Command.run(arguments);
    }

    private static String read(String root, String file) throws IOException {
        try (FSDataInputStream in = hdfs.open(new Path(root + "/run/" + file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aFullFileSystemStopsARunThatGoesOnOnceThereIsRoom() throws IOException {
        String root = config("full");
        Path run = new Path(root, "run");
        hdfs.mkdirs(run);
        hdfs.setQuota(run, 20, HdfsConstants.QUOTA_DONT_SET); // files and folders
        Command stopped = search(root);
        assertThat(stopped.code()).as(stopped.err()).isEqualTo(1);
        assertThat(stopped.err())
                .contains("quota")
                .contains("What was finished is kept")
                .doesNotContain("\tat ");
        assertThat(hdfs.exists(new Path(run, "front.json"))).isFalse();
        String begun = read(root, "checkpoint.json");
        assertThat(begun).contains("generation");

        hdfs.setQuota(run, HdfsConstants.QUOTA_RESET, HdfsConstants.QUOTA_DONT_SET);
        search(root, "--resume").succeeded();
        assertThat(read(root, "front.json")).isEqualTo(SmallRun.finished().read("front.json"));
        assertThat(read(root, "baselines.json")).isEqualTo(SmallRun.finished().read("baselines.json"));
    }

    @Test
    void aFileSystemThatTakesNoWritesKeepsWhatItHas() throws IOException {
        String root = config("readonly");
        search(root, "--set=search.generations=1").succeeded();
        String front = read(root, "front.json");
        hdfs.setSafeMode(SafeModeAction.ENTER);
        try {
            Command refused = search(root, "--overwrite", "--set=search.generations=2");
            assertThat(refused.code()).as(refused.err()).isEqualTo(1);
            assertThat(refused.err()).contains("safe mode").doesNotContain("\tat ");
            assertThat(read(root, "front.json")).isEqualTo(front);
        } finally {
            hdfs.setSafeMode(SafeModeAction.LEAVE);
        }
    }
}
