package org.paretopress.jobs.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.paretopress.jobs.InputException;

/** Files on whatever Hadoop opens. Writing is all or nothing: to a temporary name, then renamed over the target. */
public final class Storage {

    private final Configuration configuration;

    public Storage(Configuration configuration) {
        this.configuration = configuration;
    }

    /** With the Hadoop settings of a Spark application: its {@code spark.hadoop.*} properties and what Hadoop finds. */
    public static Storage of(SparkConf conf) {
        return new Storage(SparkHadoopUtil.get().newConfiguration(conf));
    }

    /** With those of the Spark application this task runs in. */
    public static Storage ofApplication() {
        return of(SparkEnv.get().conf());
    }

    /** The path with scheme and authority, so that every machine reads the same file. */
    public Path qualified(String path) {
        try {
            Path given = new Path(path);
            refuseSecrets(given);
            return given.getFileSystem(configuration).makeQualified(given);
        } catch (IOException | IllegalArgumentException e) {
            throw new InputException(
                    "Path '" + path + "' cannot be opened: " + reason(e),
                    "the scheme is misspelt or its file system is not configured.");
        }
    }

    private static String reason(Exception e) {
        return e.getCause() instanceof UnknownHostException host
                ? "host " + host.getMessage() + " is unknown"
                : e.getMessage();
    }

    /** Paths stand in logs, reports and provenance; keys must not. */
    private static void refuseSecrets(Path path) {
        String user = path.toUri().getUserInfo();
        if (user != null && user.contains(":")) {
            throw new InputException(
                    "A path on " + path.toUri().getScheme() + "://…@"
                            + path.toUri().getHost() + " holds a password.",
                    "give keys as Spark properties instead, such as --conf spark.hadoop.fs.s3a.access.key=…");
        }
    }

    public boolean exists(Path path) {
        return call(path, fs -> fs.exists(path));
    }

    public boolean isFile(Path path) {
        return call(path, fs -> fs.exists(path) && fs.getFileStatus(path).isFile());
    }

    public byte[] read(Path path) {
        return call(path, fs -> {
            try (FSDataInputStream in = fs.open(path)) {
                return in.readAllBytes();
            }
        });
    }

    public String readText(Path path) {
        return new String(read(path), StandardCharsets.UTF_8);
    }

    /** Writes a file as a whole, over one that may be there; parent folders are made. */
    public void write(Path path, byte[] contents) {
        Path temporary = new Path(path.getParent(), "." + path.getName() + "." + UUID.randomUUID());
        call(path, fs -> {
            try {
                try (FSDataOutputStream out = fs.create(temporary, true)) {
                    out.write(contents);
                }
                replace(temporary, path);
                return path;
            } catch (IOException | RuntimeException | FSError e) {
                fs.delete(temporary, false);
                throw e;
            }
        });
    }

    /** On a local disk Hadoop would delete the target before renaming; the operating system replaces it at once. */
    private void replace(Path temporary, Path path) throws IOException {
        if ("file".equals(path.toUri().getScheme())) {
            Files.move(
                    java.nio.file.Path.of(temporary.toUri().getPath()),
                    java.nio.file.Path.of(path.toUri().getPath()),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } else {
            FileContext.getFileContext(path.toUri(), configuration).rename(temporary, path, Options.Rename.OVERWRITE);
        }
    }

    public void writeText(Path path, String contents) {
        write(path, contents.getBytes(StandardCharsets.UTF_8));
    }

    /** Files directly below a folder, by name; empty where there is no such folder. */
    public List<FileStatus> list(Path folder) {
        return call(folder, fs -> {
            List<FileStatus> files = new ArrayList<>();
            try {
                files.addAll(List.of(fs.listStatus(folder)));
            } catch (FileNotFoundException e) {
                return files;
            }
            files.sort(Comparator.comparing(status -> status.getPath().getName()));
            return files;
        });
    }

    /** Deletes a file or a folder with all that is in it. */
    public void delete(Path path) {
        call(path, fs -> fs.delete(path, true));
    }

    /** The files that a path or glob names, sorted; an error where there is none. */
    public List<Path> glob(String key, String pattern) {
        Path path = qualified(pattern);
        List<Path> files = call(path, fs -> {
            FileStatus[] found = fs.globStatus(path);
            List<Path> paths = new ArrayList<>();
            for (FileStatus status : found == null ? new FileStatus[0] : found) {
                if (status.isFile()) {
                    paths.add(status.getPath());
                }
            }
            return paths;
        });
        if (files.isEmpty()) {
            throw new InputException(key + ": no file matches '" + pattern + "'.", "the path is misspelt.");
        }
        return files.stream().sorted().toList();
    }

    /** Copies a local file or folder to where {@code target} says, which may be anywhere, under its name only once it is whole. */
    public void upload(java.nio.file.Path source, Path target) {
        Path part = new Path(target.getParent(), "." + target.getName() + ".part");
        call(target, fs -> {
            fs.delete(part, true); // of a copy that was killed
            try {
                fs.copyFromLocalFile(false, false, new Path(source.toUri()), part);
                fs.delete(target, false); // an empty folder
                if (!fs.rename(part, target)) {
                    throw new IOException("it cannot be given the name " + target.getName());
                }
                return target;
            } catch (IOException | RuntimeException | FSError e) {
                fs.delete(part, true);
                throw e;
            }
        });
    }

    FileSystem fileSystem(Path path) throws IOException {
        FileSystem fs = path.getFileSystem(configuration);
        fs.setWriteChecksum(false);
        return fs;
    }

    private interface Action<T> {
        T run(FileSystem fs) throws IOException;
    }

    private <T> T call(Path path, Action<T> action) {
        try {
            return action.run(fileSystem(path));
        } catch (FSError e) { // how Hadoop tells of a local disk
            throw inaccessible(path, new IOException(e.getMessage(), e));
        } catch (IOException e) {
            throw inaccessible(path, e);
        }
    }

    private static UncheckedIOException inaccessible(Path path, IOException e) {
        return new UncheckedIOException("Cannot access " + path + ": " + e.getMessage(), e);
    }
}
