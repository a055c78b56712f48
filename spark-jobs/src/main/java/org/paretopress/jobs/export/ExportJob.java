package org.paretopress.jobs.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.input.SourceText;
import org.paretopress.jobs.storage.LocalCopies;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.export.EvoPressConfig;
import org.paretopress.kernels.export.HuggingFaceExporter;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.levels.LevelDatabase;

/** Writes a point of a run in a form that other tools load. */
public final class ExportJob {

    private final Storage storage;
    private final FinishedRun run;

    public ExportJob(Storage storage, FinishedRun run) {
        this.storage = storage;
        this.run = run;
    }

    /**
     * What was written.
     *
     * @param bytes of all files together
     * @param kl of the written model, read back, on the run's holdout
     */
    public record Written(String path, long bytes, double kl) {}

    /** A Hugging Face directory with the weights as the search saw them. */
    public Written huggingFace(Map<String, String> assignment, String to) {
        org.apache.hadoop.fs.Path target = target(to);
        SourceModel model = SourceModel.open(storage, run.config().model());
        LevelDatabase levels = LevelDatabase.open(new LocalCopies(storage).of(run.levels()));
        boolean local = "file".equals(target.toUri().getScheme());
        try {
            Path folder = local
                    ? Path.of(new org.apache.hadoop.fs.Path(target.getParent(), "." + target.getName() + ".part")
                            .toUri()
                            .getPath())
                    : Files.createTempDirectory("paretopress-export");
            new HuggingFaceExporter(model.file(), levels, assignment).writeTo(folder);
            Loss loss = new ReadBack(model.file(), folder)
                    .measure(
                            SourceText.read(storage, model.file(), run.config()).holdout());
            Written written = new Written(target.toString(), bytes(folder), loss.meanKl());
            if (local) {
                Files.move(folder, Path.of(target.toUri().getPath()), StandardCopyOption.REPLACE_EXISTING);
            } else {
                storage.upload(folder, target);
            }
            return written;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot export to " + to, e);
        }
    }

    /** The text configuration of the published EvoPress tools. */
    public String evoPress(Map<String, String> assignment, String to) {
        org.apache.hadoop.fs.Path target = target(to);
        storage.writeText(target, new EvoPressConfig(assignment).text());
        return target.toString();
    }

    private org.apache.hadoop.fs.Path target(String to) {
        org.apache.hadoop.fs.Path target = storage.qualified(to);
        if (!storage.list(target).isEmpty()) {
            throw new InputException("--to " + to + " is not empty.", "choose a new path.");
        }
        return target;
    }

    static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            long sum = 0;
            for (Path file : all) {
                sum += Files.size(file);
            }
            return sum;
        }
    }
}
