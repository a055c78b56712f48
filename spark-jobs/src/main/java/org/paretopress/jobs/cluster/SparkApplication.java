package org.paretopress.jobs.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.InputException;

/** Starts the Spark application of a command, with the settings Paretopress needs wherever the user gave none. */
public final class SparkApplication {

    /** System property: folder of {@code spark-defaults.conf}; the launcher sets it. */
    private static final String CONF_FOLDER = "paretopress.conf";

    /** System property: the file that holds what Spark does not bring; the launcher sets it where executors need it. */
    private static final String ASSEMBLY = "paretopress.assembly";

    /** System property: the OpenBLAS core type that the launcher chose, where it did. */
    private static final String CORE_TYPE = "paretopress.coreType";

    private static final String JARS = "spark.jars";

    private static final Pattern MASTER = Pattern.compile("local(\\[.+])?|local-cluster\\[.+]|yarn|(spark|k8s)://.+");

    private SparkApplication() {}

    /**
     * The settings of an application, or of files alone.
     *
     * @param master a Spark master URL
     * @param settings Spark properties that win over all others
     */
    public static SparkConf configure(String master, Map<String, String> settings) {
        return configure(master, settings, Map.of());
    }

    /** @param otherwise settings that hold where neither the user nor the file of defaults gives one */
    private static SparkConf configure(String master, Map<String, String> settings, Map<String, String> otherwise) {
        SparkConf conf = new SparkConf().setIfMissing("spark.master", master);
        settings.forEach(conf::set);
        if (!MASTER.matcher(conf.get("spark.master")).matches()) {
            throw new InputException(
                    "--master " + conf.get("spark.master") + " is no Spark master.",
                    "local[*], spark://HOST:PORT, yarn or k8s://URL was meant.");
        }
        fromFile().forEach(conf::setIfMissing);
        otherwise.forEach(conf::setIfMissing);
        TaskDevice.precision(conf); // named now if it is none
        Map<String, String> defaults = defaults(conf.get("spark.master"));
        if (conf.contains(JARS) && defaults.containsKey(JARS)) {
            conf.set(JARS, defaults.get(JARS) + "," + conf.get(JARS)); // the user's come beside ours
        }
        defaults.forEach(conf::setIfMissing);
        return conf;
    }

    /**
     * The settings of an application on GPUs of this machine.
     *
     * @param settings Spark properties that win over all others
     */
    public static SparkConf configureOnGpus(int gpus, Map<String, String> settings) {
        String folder = System.getProperty(CONF_FOLDER);
        if (folder == null) {
            throw new InputException("--gpus needs the launcher.", "call submit/paretopress.");
        }
        Path script = Path.of(folder).resolveSibling("submit").resolve("gpu-discovery.sh");
        Map<String, String> ofGpus = LocalGpus.settings(gpus, script);
        return configure(ofGpus.get("spark.master"), settings, ofGpus);
    }

    /** Refuses GPUs where the master gives none out: tasks would wait for them for ever. */
    public static void requireGpus(SparkConf conf) {
        String master = conf.get("spark.master");
        if (master.matches("local(\\[.+])?") && TaskDevice.isGpu(conf)) {
            throw new InputException(
                    TaskDevice.AMOUNT + " = " + conf.get(TaskDevice.AMOUNT) + " is set, and --master " + master
                            + " gives no GPUs out.",
                    "leave it out, or name a cluster.");
        }
    }

    /** Opens a context; the caller closes it. */
    public static JavaSparkContext start(SparkConf conf, String name) {
        return new JavaSparkContext(conf.clone().setAppName(name));
    }

    private static Map<String, String> defaults(String master) {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
        defaults.put("spark.kryo.registrationRequired", "true");
        // JavaCPP would count off-heap memory against a bound made from the heap's; ours is that of MemoryPlan.
        defaults.put(
                "spark.executor.defaultJavaOptions",
                "--add-modules=jdk.incubator.vector -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0");
        // Tasks run by preference where their part of the text was scored before; an idle executor does not wait for
        // such a one.
        defaults.put("spark.locality.wait", "0");
        // What is shuffled are doubles of statistics, which do not get smaller.
        defaults.put("spark.shuffle.compress", "false");
        // One BLAS thread a task: tasks are the parallelism.
        defaults.put("spark.executorEnv.OMP_NUM_THREADS", "1");
        defaults.put("spark.executorEnv.OPENBLAS_NUM_THREADS", "1");
        // A wrong core type ends an executor by SIGILL. The user's own goes to executors; what the launcher chose for
        // this machine does not: each executor chooses for its own CPU.
        String coreType = System.getenv("OPENBLAS_CORETYPE");
        if (coreType != null && !coreType.equals(System.getProperty(CORE_TYPE))) {
            defaults.put("spark.executorEnv.OPENBLAS_CORETYPE", coreType);
        }
        if (master.startsWith("local-cluster")) {
            // Its executors are processes of their own, which look for an installation of Spark.
            defaults.put("spark.executor.extraClassPath", System.getProperty("java.class.path"));
            defaults.put("spark.executorEnv.SPARK_SCALA_VERSION", "2.13");
            defaults.put("spark.executorEnv.SPARK_TESTING", "1");
        }
        if (master.startsWith("local")) {
            defaults.put("spark.ui.enabled", "false");
            defaults.put("spark.driver.host", "127.0.0.1");
            defaults.put("spark.driver.bindAddress", "127.0.0.1");
        } else if (System.getProperty(ASSEMBLY) != null) {
            defaults.put(JARS, System.getProperty(ASSEMBLY));
        }
        return defaults;
    }

    private static Map<String, String> fromFile() {
        Map<String, String> settings = new LinkedHashMap<>();
        String folder = System.getProperty(CONF_FOLDER);
        Path file = folder == null ? null : Path.of(folder, "spark-defaults.conf");
        if (file != null && Files.isRegularFile(file)) {
            Properties properties = new Properties();
            try (var reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read " + file, e);
            }
            properties.forEach((key, value) ->
                    settings.put(key.toString(), value.toString().strip()));
        }
        return settings;
    }
}
