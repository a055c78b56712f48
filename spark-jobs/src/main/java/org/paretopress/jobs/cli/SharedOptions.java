package org.paretopress.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.cluster.SparkApplication;
import org.paretopress.jobs.cluster.TaskDevice;
import org.paretopress.jobs.config.ConfigReader;
import org.paretopress.jobs.config.PlanReader;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.config.SweepPlan;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.ops.Precision;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What every command understands. */
final class SharedOptions {

    private static final String LOCAL = "local[*]";

    @Option(names = "--help", usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Option(names = "--json", description = "Print one JSON document on standard output and nothing else there.")
    private boolean json;

    @ArgGroup
    private Machines machines = new Machines();

    /** Where tasks compute. */
    private static final class Machines {

        @Option(
                names = "--master",
                paramLabel = "URL",
                defaultValue = LOCAL,
                description = "Spark master (default: ${DEFAULT-VALUE}).")
        private String master = LOCAL;

        @Option(
                names = "--gpus",
                paramLabel = "N",
                description = "Compute on this many GPUs of this machine, in place of --master.")
        private Integer gpus;
    }

    @Option(
            names = "--conf",
            paramLabel = "KEY=VALUE",
            description = "A Spark property; wins over conf/spark-defaults.conf. May be repeated.")
    private Map<String, String> spark = new LinkedHashMap<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Override a configuration key, such as search.seed=7. May be repeated.")
    private List<String> overrides = new ArrayList<>();

    private SparkConf settings;
    private final Progress progress = Progress.onStandardError();

    Progress progress() {
        return progress;
    }

    /** For a command that reads and writes files alone, which needs no GPUs. */
    Storage storage() {
        return Storage.of(SparkApplication.configure(machines.master, spark));
    }

    /** For a command that will start an application, once it is clear that its settings allow one. */
    Storage storageOfApplication() {
        return Storage.of(settings());
    }

    /** Whether GPUs of this machine are asked for. */
    boolean isOnGpus() {
        return machines.gpus != null;
    }

    /** What products on GPUs are computed in. */
    Precision precision() {
        return TaskDevice.precision(settings());
    }

    JavaSparkContext startSpark(String name) {
        return startSpark(name, null);
    }

    /** @param cores of this machine to use, where it is the master; null leaves it to {@code --master} */
    JavaSparkContext startSpark(String name, Integer cores) {
        SparkConf conf = settings().clone();
        if (cores != null && conf.get("spark.master").startsWith("local[")) {
            conf.set("spark.master", "local[" + cores + "]");
        }
        return SparkApplication.start(conf, name);
    }

    private SparkConf settings() {
        if (settings == null) {
            SparkConf conf = isOnGpus()
                    ? SparkApplication.configureOnGpus(machines.gpus, spark)
                    : SparkApplication.configure(machines.master, spark);
            SparkApplication.requireGpus(conf);
            settings = conf;
        }
        return settings;
    }

    RunConfig config(Storage storage, String path) {
        return new ConfigReader().read(path, text(storage, path), overrides);
    }

    SweepPlan plan(Storage storage, String path) {
        return new PlanReader().read(path, text(storage, path), overrides, base -> text(storage, base));
    }

    private static String text(Storage storage, String path) {
        Path file = storage.qualified(path);
        if (!storage.isFile(file)) {
            throw new InputException("There is no configuration " + path + ".", "the path is misspelt.");
        }
        return storage.readText(file);
    }

    /** The answer of a command: a document for programs, or lines for people. */
    void answer(Object document, String lines) {
        if (!json) {
            progress.say(lines);
            return;
        }
        try {
            System.out.println(
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write " + document, e);
        }
    }
}
