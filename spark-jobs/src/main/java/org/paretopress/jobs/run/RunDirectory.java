package org.paretopress.jobs.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.storage.Storage;

/** The directory of a run. Every file is replaced as a whole, so a reader never sees half of one. */
public final class RunDirectory {

    /** What to do with a directory that is there already. */
    public enum Mode {
        /** Refuse it, if it holds a run. */
        fresh,
        /** Go on with the run it holds. */
        resume,
        /** Delete the run it holds, but for the losses that it computed. */
        overwrite
    }

    private static final String CONFIG = "config.yaml";
    private static final String CHECKPOINT = "checkpoint.json";
    private static final String FRONT = "front.json";
    private static final String BASELINES = "baselines.json";
    private static final String PROVENANCE = "provenance.json";
    private static final String GENERATIONS = "generations.jsonl";
    private static final String METRICS = "metrics.prom";
    private static final String LEVELS = "levels.json";
    private static final List<String> FILES = List.of(
            CONFIG,
            CHECKPOINT,
            FRONT,
            "front.csv",
            BASELINES,
            PROVENANCE,
            GENERATIONS,
            METRICS,
            LEVELS,
            "report.html",
            "front.svg",
            "front.png");

    private final Storage storage;
    private final Path folder;
    private final boolean goesOn;
    private final ObjectMapper json = new ObjectMapper();

    private RunDirectory(Storage storage, Path folder, boolean goesOn) {
        this.storage = storage;
        this.folder = folder;
        this.goesOn = goesOn;
    }

    /** Opens the directory of a run that is to begin or to go on. */
    public static RunDirectory prepare(Storage storage, String output, String config, Mode mode) {
        RunDirectory run = new RunDirectory(storage, storage.qualified(output), mode == Mode.resume);
        boolean occupied = storage.exists(run.path(CONFIG));
        if (!occupied && run.holdsFiles()) {
            throw new InputException(
                    "output = " + output + " is a folder that holds other files.", "choose a new folder.");
        }
        if (occupied && mode == Mode.fresh) {
            throw new InputException(
                    "output = " + output + " holds another run.",
                    "go on with it by --resume, replace it by --overwrite, or choose another output.");
        }
        if (occupied
                && mode == Mode.resume
                && !storage.readText(run.path(CONFIG)).equals(config)) {
            throw new InputException(
                    "output = " + output + " holds a run with another configuration, see its " + CONFIG + ".",
                    "give the same configuration to --resume, or choose another output.");
        }
        if (occupied && mode == Mode.overwrite) {
            FILES.forEach(name -> storage.delete(run.path(name)));
        }
        storage.writeText(run.path(CONFIG), config);
        return run;
    }

    /** Names with a dot in front are what a killed write left behind; they count as nothing. */
    private boolean holdsFiles() {
        return storage.list(folder).stream()
                .anyMatch(file -> !file.getPath().getName().startsWith("."));
    }

    /** Opens the directory of a finished run. */
    public static RunDirectory open(Storage storage, String path) {
        RunDirectory run = new RunDirectory(storage, storage.qualified(path), false);
        if (!storage.exists(run.path(FRONT))) {
            throw new InputException(
                    "There is no finished run in " + path + ": it has no " + FRONT + ".",
                    "the path is misspelt, or the run was interrupted: go on with search --resume.");
        }
        return run;
    }

    /** The directory of a run that was begun, finished or not; empty where there is none. */
    public static Optional<RunDirectory> find(Storage storage, String path) {
        RunDirectory run = new RunDirectory(storage, storage.qualified(path), false);
        return storage.exists(run.path(CONFIG)) ? Optional.of(run) : Optional.empty();
    }

    public boolean isFinished() {
        return storage.exists(path(FRONT));
    }

    public Path folder() {
        return folder;
    }

    /** Whether a run goes on that an earlier process began here. */
    public boolean goesOn() {
        return goesOn;
    }

    public String name() {
        return folder.getName();
    }

    public String config() {
        return storage.readText(path(CONFIG));
    }

    public Path frontFile() {
        return path(FRONT);
    }

    public Path baselinesFile() {
        return path(BASELINES);
    }

    public Path reportFile() {
        return path("report.html");
    }

    /** What every level of every layer takes, in bits a weight, by layer and level. */
    public void writeLevelBits(Map<String, Map<String, Double>> bits) {
        write(LEVELS, bits);
    }

    /** Empty where the run has not written them. */
    @SuppressWarnings("unchecked")
    public Map<String, Map<String, Double>> levelBits() {
        return storage.exists(path(LEVELS)) ? read(LEVELS, Map.class) : Map.of();
    }

    /** Writes the result; the front comes last, because a directory that has one counts as finished. */
    public void write(Front front, Baselines baselines, Map<String, Object> provenance) {
        write(PROVENANCE, provenance);
        write(BASELINES, baselines);
        storage.writeText(path("front.csv"), FrontCsv.of(front));
        write(FRONT, front);
    }

    public String report() {
        return storage.readText(reportFile());
    }

    /** A text that changes when a file of the directory does. */
    public String version() {
        return storage.list(folder).stream()
                .map(file -> file.getPath().getName() + " " + file.getModificationTime() + " " + file.getLen())
                .collect(Collectors.joining("\n"));
    }

    public void writeReport(String html) {
        storage.writeText(path("report.html"), html);
    }

    public void writePictures(String svg, byte[] png) {
        storage.writeText(path("front.svg"), svg);
        storage.write(path("front.png"), png);
    }

    public Front front() {
        return read(FRONT, Front.class);
    }

    public Baselines baselines() {
        return read(BASELINES, Baselines.class);
    }

    /** Of a run that may not have come so far as to write it. */
    public Optional<Map<String, Object>> provenanceIfAny() {
        return storage.exists(path(PROVENANCE)) ? Optional.of(provenance()) : Optional.empty();
    }

    /** The inputs, when a run begins; the whole provenance takes their place in the end. */
    public void write(Map<String, Object> provenance) {
        write(PROVENANCE, provenance);
    }

    @SuppressWarnings("unchecked")
    public Map<String, Object> provenance() {
        return read(PROVENANCE, Map.class);
    }

    /** Every point by which something can be exported: the front, the baselines, the dense model. */
    public List<FrontPoint> points() {
        List<FrontPoint> points = new ArrayList<>(front().points());
        baselines().budgets().forEach(budget -> budget.contenders().forEach(c -> points.add(c.point())));
        if (baselines().front() != null) {
            points.addAll(baselines().front().points());
        }
        points.add(baselines().dense());
        return points;
    }

    public void write(SearchState state) {
        write(CHECKPOINT, state);
    }

    /** Where its searches stand; empty before the first generation, and where another release has written it. */
    public Optional<SearchState> state() {
        if (!storage.exists(path(CHECKPOINT))) {
            return Optional.empty();
        }
        JsonNode state = read(CHECKPOINT, JsonNode.class);
        return state.path("formatVersion").asInt() == SearchState.VERSION
                ? Optional.of(parse(CHECKPOINT, state.toString(), SearchState.class))
                : Optional.empty();
    }

    public void write(Metrics metrics) {
        storage.writeText(path(METRICS), metrics.toString());
    }

    public void write(List<GenerationLine> generations) {
        StringBuilder lines = new StringBuilder();
        generations.forEach(line -> lines.append(text(line)).append('\n'));
        storage.writeText(path(GENERATIONS), lines.toString());
    }

    public List<GenerationLine> generations() {
        List<GenerationLine> lines = new ArrayList<>();
        if (storage.exists(path(GENERATIONS))) {
            storage.readText(path(GENERATIONS))
                    .lines()
                    .forEach(line -> lines.add(parse(GENERATIONS, line, GenerationLine.class)));
        }
        return lines;
    }

    private Path path(String name) {
        return new Path(folder, name);
    }

    private <T> T read(String name, Class<T> type) {
        if (!storage.exists(path(name))) {
            throw new InputException(path(name) + " is missing.", "it was deleted: search anew with --overwrite.");
        }
        return parse(name, storage.readText(path(name)), type);
    }

    private <T> T parse(String name, String text, Class<T> type) {
        try {
            return json.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new InputException(
                    path(name) + " cannot be read: " + e.getOriginalMessage(), "another program changed it.");
        }
    }

    private void write(String name, Object contents) {
        try {
            storage.writeText(path(name), json.writerWithDefaultPrettyPrinter().writeValueAsString(contents) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write " + path(name), e);
        }
    }

    private String text(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write " + value, e);
        }
    }
}
