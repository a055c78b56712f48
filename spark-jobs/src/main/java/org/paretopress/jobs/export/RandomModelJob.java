package org.paretopress.jobs.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.export.RandomModel;
import org.paretopress.kernels.model.DataType;

/**
 * Writes a model with random weights to a folder of this machine, all or nothing.
 *
 * @param config a {@code config.json}, which gives the shape
 * @param tokenizer folder whose tokenizer goes along; null for none
 */
public record RandomModelJob(Storage storage, Path config, Path tokenizer, DataType type, long seed) {

    private static final String TOKENIZER = "tokenizer.json";

    /**
     * What was written.
     *
     * @param bytes of all files together
     */
    public record Written(String path, long bytes, long parameters) {}

    /** @param target a new or empty folder */
    public Written writeTo(Path target) {
        if (!Files.isRegularFile(config)) {
            throw new InputException("There is no configuration " + config + ".", "the path is misspelt.");
        }
        RandomModel model = RandomModel.read(config);
        if (tokenizer != null && !Files.isRegularFile(tokenizer.resolve(TOKENIZER))) {
            throw new InputException(
                    "--tokenizer " + tokenizer + " has no " + TOKENIZER + ".", "name the folder of a model.");
        }
        requireEmpty(target);
        requireSpace(target, model.sizeInBytes(type));
        Path folder = partial(target);
        try {
            model.writeTo(folder, type, seed);
            copyTokenizer(folder);
            Written written = new Written(target.toString(), ExportJob.bytes(folder), model.parameters());
            Files.move(folder, target, StandardCopyOption.REPLACE_EXISTING);
            return written;
        } catch (IOException e) {
            storage.delete(new org.apache.hadoop.fs.Path(folder.toUri()));
            throw new UncheckedIOException("Cannot write " + target, e);
        }
    }

    private static void requireEmpty(Path target) {
        if (Files.exists(target)) {
            try (Stream<Path> files = Files.isDirectory(target) ? Files.list(target) : Stream.of(target)) {
                if (files.findAny().isPresent()) {
                    throw new InputException("--to " + target + " is not empty.", "choose a new path.");
                }
            } catch (IOException e) {
                throw unwritable(target);
            }
        }
    }

    private static void requireSpace(Path target, long bytes) {
        Path place = target;
        while (!Files.exists(place)) {
            place = place.getParent();
        }
        try {
            long free = Files.getFileStore(place).getUsableSpace();
            if (bytes > free) {
                throw new InputException(
                        "--to " + target + " would take " + bytes + " bytes; " + free + " are free there.",
                        "choose another disk, a smaller shape or a 16-bit --type.");
            }
        } catch (IOException e) {
            throw unwritable(target);
        }
    }

    /** A new folder beside the target; one that an interrupted call left is replaced. */
    private Path partial(Path target) {
        Path folder = target.resolveSibling("." + target.getFileName() + ".part");
        try {
            storage.delete(new org.apache.hadoop.fs.Path(folder.toUri()));
            return Files.createDirectories(folder);
        } catch (IOException | UncheckedIOException e) {
            throw unwritable(target);
        }
    }

    private void copyTokenizer(Path folder) throws IOException {
        if (tokenizer != null) {
            for (String name : List.of(TOKENIZER, "tokenizer_config.json")) {
                if (Files.isRegularFile(tokenizer.resolve(name))) {
                    Files.copy(tokenizer.resolve(name), folder.resolve(name));
                }
            }
        }
    }

    private static InputException unwritable(Path target) {
        return new InputException(
                "--to " + target + " cannot be made: " + target.getParent() + " takes no folder.",
                "a part of the path is a file, or the folder belongs to another user.");
    }
}
