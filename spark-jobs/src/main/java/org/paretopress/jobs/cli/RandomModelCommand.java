package org.paretopress.jobs.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.export.RandomModelJob;
import org.paretopress.kernels.model.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "random-model",
        description = "Write a Llama with random weights: something to measure and to test on, in any shape, without"
                + " downloading weights. What it predicts means nothing.")
final class RandomModelCommand implements Callable<Integer> {

    @Mixin
    private SharedOptions shared;

    @Parameters(
            paramLabel = "CONFIG",
            description = "A config.json of the Llama architecture, such as conf/shapes/llama-3.2-1b.json.")
    private String config;

    @Option(names = "--to", required = true, paramLabel = "DIR", description = "A folder that is not there, or empty.")
    private String to;

    @Option(names = "--tokenizer", paramLabel = "DIR", description = "Folder of a model whose tokenizer goes along.")
    private String tokenizer;

    @Option(
            names = "--type",
            defaultValue = "BF16",
            description = "Type of the weights: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private DataType type;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Same seed, same weights (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() {
        Path companion = tokenizer == null ? null : local(tokenizer);
        RandomModelJob job = new RandomModelJob(shared.storage(), local(config), companion, type, seed);
        RandomModelJob.Written written = job.writeTo(local(to));
        shared.answer(
                written,
                String.format(
                        Locale.ROOT,
                        "A random Llama of %,d parameters is in %s (%,d bytes).",
                        written.parameters(),
                        written.path(),
                        written.bytes()));
        return 0;
    }

    private static Path local(String path) {
        String place = path.replaceFirst("^file:(//)?", "");
        if (place.matches("\\w+:/.*")) {
            throw new InputException(
                    "Path '" + path + "' is not on this machine.", "write the model here and copy it over then.");
        }
        return Path.of(place).toAbsolutePath().normalize();
    }
}
