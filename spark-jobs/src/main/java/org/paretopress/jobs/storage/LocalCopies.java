package org.paretopress.jobs.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.InputException;
import org.paretopress.kernels.ops.OwnFolder;

/**
 * Folders near enough to be memory-mapped: local ones as they are, remote ones copied once a machine and user.
 *
 * <p>A copy is keyed by where it came from and by name, length and time of every file, so a changed source is copied anew.
 */
public final class LocalCopies {

    /** What may describe a model beside its one file. */
    private static final String COMPANIONS = "tokenizer.*\\.json|.*config\\.json|.*\\.jinja";

    private final Storage storage;
    private final java.nio.file.Path cache;

    public LocalCopies(Storage storage) {
        this(storage, OwnFolder.cache());
    }

    LocalCopies(Storage storage, java.nio.file.Path cache) {
        this.storage = storage;
        this.cache = cache;
    }

    /** The local folder that holds what {@code folder} holds; of a single file, its copy, beside those of the tokenizer's files. */
    public java.nio.file.Path of(Path folder) {
        if ("file".equals(folder.toUri().getScheme())) {
            return java.nio.file.Path.of(folder.toUri().getPath());
        }
        List<FileStatus> files =
                storage.list(folder).stream().filter(FileStatus::isFile).toList();
        if (files.isEmpty()) {
            throw new InputException("There is no folder " + folder + ", or it is empty.", "the path is misspelt.");
        }
        if (!files.get(0).getPath().equals(folder)) {
            return copyOf(folder, files);
        }
        List<FileStatus> companions = storage.list(folder.getParent()).stream()
                .filter(file -> file.getPath().equals(folder)
                        || file.getPath().getName().matches(COMPANIONS))
                .toList();
        return copyOf(folder, companions).resolve(folder.getName());
    }

    private java.nio.file.Path copyOf(Path folder, List<FileStatus> files) {
        java.nio.file.Path target = cache.resolve(key(folder, files));
        try {
            OwnFolder.make(cache);
            if (!Files.isDirectory(target)) {
                copy(files, target);
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot copy " + folder + " to " + target + ": " + e.getMessage(), e);
        }
    }

    private void copy(List<FileStatus> files, java.nio.file.Path target) throws IOException {
        java.nio.file.Path temporary = cache.resolve("." + UUID.randomUUID());
        Files.createDirectories(temporary);
        try {
            for (FileStatus file : files) {
                storage.fileSystem(file.getPath())
                        .copyToLocalFile(
                                false,
                                file.getPath(),
                                new Path(temporary
                                        .resolve(file.getPath().getName())
                                        .toUri()),
                                true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.isDirectory(target)) { // else another task was faster
                throw e;
            }
        } finally {
            storage.delete(new Path(temporary.toUri()));
        }
    }

    private static String key(Path folder, List<FileStatus> files) {
        StringBuilder text = new StringBuilder(folder.toString());
        for (FileStatus file : files) {
            text.append('\n').append(file.getPath().getName());
            text.append(' ').append(file.getLen()).append(' ').append(file.getModificationTime());
        }
        return Digest.ofText(text.toString()).substring(0, 32);
    }
}
