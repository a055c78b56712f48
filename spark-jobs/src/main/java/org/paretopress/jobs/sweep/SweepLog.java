package org.paretopress.jobs.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.storage.Storage;

/** Events of a sweep as JSON lines in its folder, for programs that watch; those of earlier starts come first. */
final class SweepLog {

    static final String FILE = "sweep.jsonl";

    private final Storage storage;
    private final Path file;
    private final Clock clock;
    private final ObjectMapper json = new ObjectMapper();
    private final StringBuilder lines = new StringBuilder();

    /** What happened to a cell: {@code started}, or how it ended. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Event(String time, String cell, String event, Double seconds, String reason) {}

    SweepLog(Storage storage, Path folder, Clock clock) {
        this.storage = storage;
        this.file = new Path(folder, FILE);
        this.clock = clock;
        if (storage.exists(file)) {
            lines.append(storage.readText(file));
        }
    }

    synchronized void add(String cell, String event, Double seconds, String reason) {
        String now = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
        try {
            lines.append(json.writeValueAsString(new Event(now, cell, event, seconds, reason)))
                    .append('\n');
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write of cell " + cell, e);
        }
        storage.writeText(file, lines.toString());
    }
}
