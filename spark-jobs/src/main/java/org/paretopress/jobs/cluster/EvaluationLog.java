package org.paretopress.jobs.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.forward.Loss;

/**
 * Every loss that a run computed, in the folder {@code evaluations} of its directory, so that nothing is computed twice:
 * not by a resumed run, nor by another run beside it that asks the same of the same model, levels and text.
 *
 * <p>Each call of the cluster adds a file of JSON lines; a finished run joins them into one.
 */
public final class EvaluationLog {

    static final String FOLDER = "evaluations";

    private final Storage storage;
    private final Path folder;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, KnownLosses> losses = new HashMap<>();
    private final List<Line> own = new ArrayList<>();
    private long blockForwards;
    private long takenOver;
    private int files;

    /**
     * A line of a file.
     *
     * @param key what was scored on what text, as a fingerprint
     * @param levels level names in layer order, separated by spaces
     * @param group number of a group of sequences
     * @param losses KL and NLL of each of its sequences in turn
     * @param predictions predicted tokens of a sequence
     * @param blockForwards runs of a transformer block that the lines since the last such number took
     * @param failure why the candidate could not be scored; such a line has no losses
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(
            String key,
            String levels,
            int group,
            double[] losses,
            long predictions,
            long blockForwards,
            String failure) {

        Line {
            if (key == null || levels == null || losses == null || losses.length % 2 != 0) {
                throw new IllegalArgumentException("a line names no candidate, or has no pairs of losses");
            }
            if (failure == null == (losses.length == 0)) {
                throw new IllegalArgumentException("a line has either losses or a failure");
            }
        }

        /** What could not be scored then is tried again by whoever does not go on with that very run. */
        boolean isScored() {
            return failure == null;
        }

        Line withoutWork() {
            return new Line(key, levels, group, losses, predictions, 0, failure);
        }
    }

    /**
     * Reads what this run, and those in the folders beside it, left behind under any of these keys.
     *
     * @param goesOn whether it is this run's own earlier work that its directory holds, and not that of one it replaces
     */
    public EvaluationLog(Storage storage, Path run, boolean goesOn, List<String> keys) {
        this.storage = storage;
        this.folder = new Path(run, FOLDER);
        keys.forEach(key -> losses.put(key, new KnownLosses((computed, blocks) -> keep(key, computed, blocks))));
        for (FileStatus beside : storage.list(run.getParent())) {
            Path evaluations = new Path(beside.getPath(), FOLDER);
            if (!evaluations.equals(folder) && beside.isDirectory() && storage.exists(evaluations)) {
                readIfWhole(evaluations).stream().filter(Line::isScored).forEach(this::add);
            }
        }
        if (storage.exists(folder)) {
            read(folder).stream()
                    .filter(line -> goesOn || line.isScored())
                    .map(line -> goesOn ? line : line.withoutWork())
                    .forEach(own::add);
            own.forEach(this::add);
            own.forEach(line -> blockForwards += line.blockForwards());
            if (!goesOn) {
                join();
            }
            files = storage.list(folder).stream()
                            .map(file -> file.getPath().getName().replaceFirst("\\..*", ""))
                            .filter(name -> name.matches("\\d{1,9}"))
                            .mapToInt(Integer::parseInt)
                            .max()
                            .orElse(-1)
                    + 1;
        }
    }

    /** What is known under a key. */
    public KnownLosses losses(String key) {
        return losses.get(key);
    }

    /** Losses of groups of sequences that nobody has to compute again. */
    public long takenOver() {
        return takenOver;
    }

    /** Runs of a transformer block over a sequence that this run took in earlier processes. */
    public long blockForwards() {
        return blockForwards;
    }

    /** One file in place of many. */
    public void join() {
        List<FileStatus> parts = storage.list(folder);
        Path joined = new Path(folder, "all.jsonl");
        write(joined, own);
        parts.stream()
                .map(FileStatus::getPath)
                .filter(part -> !part.equals(joined))
                .forEach(storage::delete);
    }

    private void add(Line line) {
        KnownLosses known = losses.get(line.key());
        if (known != null) {
            takenOver++;
            List<Loss> bySequence = new ArrayList<>();
            for (int i = 0; i < line.losses().length; i += 2) {
                bySequence.add(new Loss(line.losses()[i], line.losses()[i + 1], line.predictions()));
            }
            known.add(new KnownLosses.Entry(line.levels(), line.group(), bySequence, line.failure()));
        }
    }

    private void keep(String key, List<KnownLosses.Entry> computed, long blocks) {
        List<Line> lines = new ArrayList<>();
        for (KnownLosses.Entry entry : computed) {
            double[] numbers = entry.losses().stream()
                    .flatMapToDouble(loss -> DoubleStream.of(loss.kl(), loss.nll()))
                    .toArray();
            long predictions =
                    entry.losses().isEmpty() ? 0 : entry.losses().get(0).predictions();
            lines.add(new Line(
                    key,
                    entry.levels(),
                    entry.group(),
                    numbers,
                    predictions,
                    lines.isEmpty() ? blocks : 0,
                    entry.failure()));
        }
        own.addAll(lines);
        write(new Path(folder, String.format("%06d.jsonl", files++)), lines);
    }

    private void write(Path file, List<Line> lines) {
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            try {
                text.append(json.writeValueAsString(line)).append('\n');
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("Cannot write " + line, e);
            }
        }
        storage.writeText(file, text.toString());
    }

    private List<Line> read(Path evaluations) {
        List<Line> lines = new ArrayList<>();
        for (FileStatus status : storage.list(evaluations)) {
            Path file = status.getPath();
            if (status.isFile()
                    && file.getName().endsWith(".jsonl")
                    && !file.getName().startsWith(".")) {
                storage.readText(file).lines().forEach(line -> lines.add(parse(file, line)));
            }
        }
        return lines;
    }

    /** Another run may be joining its files right now, or be damaged; what it does not tell is computed here. */
    private List<Line> readIfWhole(Path evaluations) {
        try {
            return read(evaluations);
        } catch (InputException | UncheckedIOException e) {
            return List.of();
        }
    }

    private Line parse(Path file, String line) {
        try {
            return json.readValue(line, Line.class);
        } catch (JsonProcessingException e) {
            throw new InputException(
                    file + " cannot be read: " + e.getOriginalMessage(),
                    "another program changed it: delete it, and what it held is computed again.");
        }
    }
}
