package org.paretopress.jobs.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.input.SourceText;
import org.paretopress.jobs.storage.LocalCopies;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.export.CompressedTensorsExporter;
import org.paretopress.kernels.export.EvoPressConfig;
import org.paretopress.kernels.export.GgufExporter;
import org.paretopress.kernels.export.HuggingFaceExporter;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.model.HuggingFaceModel;
import org.paretopress.kernels.model.ModelFile;

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
     * @param tensorBytes of all tensors together; the rest is metadata: names, tokenizer, alignment
     * @param kl of the written model, read back, on the run's holdout
     * @param rewritten for every level that the format has no form for, what it was written as
     */
    public record Written(String path, long bytes, long tensorBytes, double kl, Map<String, Set<String>> rewritten) {}

    /** Writes a model; returns what levels were written as where the format has no form for them. */
    @FunctionalInterface
    private interface Exporter {
        Map<String, Set<String>> write(SourceModel model, LevelDatabase levels, Path target) throws IOException;
    }

    /** A Hugging Face directory with the weights as the search saw them. */
    public Written huggingFace(Map<String, String> assignment, String to) {
        return write(assignment, target(to), (model, levels, folder) -> {
            new HuggingFaceExporter(weights(model), levels, assignment).writeTo(folder);
            return Map.of();
        });
    }

    /** A Hugging Face directory of packed integers, as vLLM and transformers load it. */
    public Written compressedTensors(Map<String, String> assignment, String to) {
        return write(assignment, target(to), (model, levels, folder) -> new CompressedTensorsExporter(
                        weights(model), levels, assignment)
                .writeTo(folder));
    }

    private static HuggingFaceModel weights(SourceModel model) {
        if (model.file() instanceof HuggingFaceModel weights) {
            return weights;
        }
        throw new InputException(
                "The model of this run, " + model.uri() + ", is no Hugging Face folder of plain weights.",
                "write --format gguf.");
    }

    /** A GGUF file, as llama.cpp loads it. */
    public Written gguf(Map<String, String> assignment, String to) {
        return write(
                assignment, fileTarget(to), (model, levels, file) -> new GgufExporter(model.file(), levels, assignment)
                        .writeTo(file, model.name()));
    }

    /** Writes beside the target, reads back, and only then puts what was written to its place. */
    private Written write(Map<String, String> assignment, org.apache.hadoop.fs.Path target, Exporter exporter) {
        SourceModel model = SourceModel.open(storage, run.config().model());
        run.requireLevels(storage, model, assignment);
        LevelDatabase levels = LevelDatabase.open(new LocalCopies(storage).of(run.levels()));
        boolean local = "file".equals(target.toUri().getScheme());
        try {
            Path part = local
                    ? Path.of(target.toUri().getPath()).resolveSibling("." + target.getName() + ".part")
                    : Files.createTempDirectory("paretopress-export").resolve(target.getName());
            requireWritable(part, target);
            try {
                Map<String, Set<String>> rewritten = exporter.write(model, levels, part);
                ModelFile read = ModelFile.open(part);
                Loss loss;
                try (ReadBack readBack = new ReadBack(model.file(), read)) {
                    loss = readBack.measure(
                            SourceText.read(storage, model.file(), run.config()).holdout());
                }
                Written written =
                        new Written(target.toString(), bytes(part), read.sizeInBytes(), loss.meanKl(), rewritten);
                if (local) {
                    Files.move(part, Path.of(target.toUri().getPath()), StandardCopyOption.REPLACE_EXISTING);
                } else {
                    storage.upload(part, target);
                }
                return written;
            } finally {
                storage.delete(new org.apache.hadoop.fs.Path((local ? part : part.getParent()).toUri()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot export to " + target, e);
        }
    }

    /** The text configuration of the published EvoPress tools. */
    public String evoPress(Map<String, String> assignment, String to) {
        org.apache.hadoop.fs.Path target = fileTarget(to);
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

    private org.apache.hadoop.fs.Path fileTarget(String to) {
        org.apache.hadoop.fs.Path target = target(to);
        if (storage.exists(target)) {
            throw new InputException("--to " + to + " is a folder; a file is written.", "add the file's name.");
        }
        return target;
    }

    private void requireWritable(Path part, org.apache.hadoop.fs.Path target) {
        try {
            Files.createDirectories(part.getParent());
            storage.delete(new org.apache.hadoop.fs.Path(part.toUri())); // of an export that was killed
            Files.delete(Files.createFile(part));
        } catch (IOException e) {
            throw new InputException(
                    "--to " + target + " cannot be made: nothing can be written to " + part.getParent() + ".",
                    "a part of the path is a file, or the folder belongs to another user.");
        }
    }

    /** Of a file, or of all files of a folder. */
    static long bytes(Path path) throws IOException {
        try (Stream<Path> files = Files.isDirectory(path) ? Files.list(path) : Stream.of(path)) {
            List<Path> all = files.toList();
            long sum = 0;
            for (Path file : all) {
                sum += Files.size(file);
            }
            return sum;
        }
    }
}
