package org.paretopress.jobs.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.paretopress.jobs.InputException;

/**
 * Settings of an application on GPUs of this machine. Spark gives GPUs out on clusters alone, so this is one of a single worker, with an
 * executor for each GPU and two tasks on each: while one waits for the GPU, the other keeps it busy.
 */
final class LocalGpus {

    /** Heap of an executor at least; levels are built on its cores. */
    private static final long LEAST_MEBIBYTES = 4096;

    private LocalGpus() {}

    /**
     * Checks that there are as many.
     *
     * @param script prints what Spark asks of a discovery script
     */
    static Map<String, String> settings(int gpus, Path script) {
        int found = addresses(script).size();
        if (gpus < 1 || gpus > found) {
            throw new InputException(
                    "--gpus " + gpus + " does not fit: this machine has " + found + ".",
                    "give 1 to " + found + ", or leave it out to compute on the CPU.");
        }
        int cores = Math.max(Runtime.getRuntime().availableProcessors(), gpus);
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long mebibytes = Math.max(LEAST_MEBIBYTES * gpus, system.getTotalMemorySize() >> 20);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("spark.master", "local-cluster[1," + cores + "," + mebibytes + "]");
        settings.put("spark.worker.resource.gpu.amount", Integer.toString(gpus));
        settings.put("spark.worker.resource.gpu.discoveryScript", script.toString());
        settings.put("spark.executor.memory", Math.max(LEAST_MEBIBYTES, mebibytes / 4 / gpus) + "m");
        settings.put("spark.executor.cores", Integer.toString(cores / gpus));
        settings.put("spark.executor.resource.gpu.amount", "1");
        settings.put(TaskDevice.AMOUNT, cores / gpus == 1 ? "1" : "0.5");
        return settings;
    }

    private static JsonNode addresses(Path script) {
        String reason = "it prints no addresses";
        try {
            Path said = Files.createTempFile("paretopress-gpus", ".txt");
            try {
                Process process = new ProcessBuilder(script.toString())
                        .redirectError(said.toFile())
                        .start();
                byte[] told = process.getInputStream().readAllBytes();
                if (process.waitFor() == 0) {
                    JsonNode addresses = new ObjectMapper().readTree(told).path("addresses");
                    if (addresses.isArray()) {
                        return addresses;
                    }
                }
                reason = Files.readString(said).strip().lines().reduce(reason, (earlier, last) -> last);
            } finally {
                Files.delete(said);
            }
        } catch (JsonProcessingException e) {
            // prints something else
        } catch (IOException e) {
            reason = e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reason = "it was interrupted";
        }
        throw new InputException(
                "--gpus: " + script + " finds no GPU on this machine: " + reason + ".",
                "install NVIDIA's driver (nvidia-smi lists the GPUs it finds), or name a cluster that has some with"
                        + " --master.");
    }
}
