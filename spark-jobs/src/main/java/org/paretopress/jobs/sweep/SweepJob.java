package org.paretopress.jobs.sweep;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.Explanation;
import org.paretopress.jobs.config.SweepPlan;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.report.ReportFiles;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.run.RunDirectory.Mode;
import org.paretopress.jobs.search.SearchJob;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.jobs.sweep.CellResult.State;

/**
 * Runs the cells of a sweep that have no result yet. Cells that stand on one level database run side by side, each in a fair
 * pool of its own, so that executors keep one model warm; the database is built once, before them. A cell that fails takes no
 * other with it.
 */
public final class SweepJob {

    private static final String POOL = "spark.scheduler.pool";

    private final SweepPlan plan;
    private final Storage storage;
    private final Progress progress;
    private final boolean anew;
    private final SweepLog log;
    private final Map<String, CellResult> results = new ConcurrentHashMap<>();
    private final Map<String, List<Ready>> groups = new LinkedHashMap<>();
    private final Map<String, Progress> running = new ConcurrentHashMap<>();

    /** A cell that has to run. */
    private record Ready(SweepPlan.Cell cell, SearchJob job, Progress progress) {}

    private SweepJob(SweepPlan plan, Storage storage, Progress progress, boolean anew, SweepLog log) {
        this.plan = plan;
        this.storage = storage;
        this.progress = progress;
        this.anew = anew;
        this.log = log;
    }

    /**
     * Reads and checks the input of every cell; one whose input is wrong has failed.
     *
     * @param anew whether to run cells again that have a result
     * @param clock of the events in {@code sweep.jsonl}
     * @throws RuntimeException of the first cell, if the input of every one is wrong
     */
    public static SweepJob prepare(SweepPlan plan, Storage storage, Progress progress, boolean anew, Clock clock) {
        SweepLog log = new SweepLog(storage, storage.qualified(plan.output()), clock);
        SweepJob sweep = new SweepJob(plan, storage, progress, anew, log);
        sweep.prepare();
        return sweep;
    }

    private void prepare() {
        Map<String, SourceModel> models = new LinkedHashMap<>();
        RuntimeException first = null;
        for (SweepPlan.Cell cell : plan.cells()) {
            Progress own = progress.of(cell.name());
            try {
                SearchJob job = SearchJob.prepare(
                        cell.config(),
                        storage,
                        own,
                        path -> models.computeIfAbsent(path, unused -> SourceModel.openOriginal(storage, path)));
                if (!anew && existing(cell).filter(job::isAnsweredBy).isPresent()) {
                    report(cell, own);
                    end(cell, State.reused, null, null);
                } else {
                    groups.computeIfAbsent(job.levelsKey(), key -> new ArrayList<>())
                            .add(new Ready(cell, job, own));
                }
            } catch (RuntimeException e) {
                first = first == null ? e : first;
                end(cell, State.failed, null, reason(e));
            }
        }
        if (first != null
                && results.values().stream().allMatch(one -> one.state() == State.failed)
                && groups.isEmpty()) {
            throw first;
        }
    }

    /** Where it is missing: a process may have died after the front. */
    private void report(SweepPlan.Cell cell, Progress own) {
        String output = cell.config().output();
        FinishedRun run = FinishedRun.open(storage, output);
        if (!storage.exists(run.directory().reportFile())) {
            new ReportFiles(own).write(run, output);
        }
    }

    private Optional<RunDirectory> existing(SweepPlan.Cell cell) {
        return RunDirectory.find(storage, cell.config().output());
    }

    /** Whether anything is left to run. */
    public boolean hasWork() {
        return !groups.isEmpty();
    }

    /** Runs what is left. */
    public void run(JavaSparkContext spark) {
        ExecutorService threads = Executors.newFixedThreadPool(plan.concurrency());
        int cells = groups.values().stream().mapToInt(List::size).sum();
        try (Progress.Step step = progress.start("sweep", cells)) {
            for (List<Ready> group : groups.values()) {
                run(spark, group, threads, step);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void run(JavaSparkContext spark, List<Ready> group, ExecutorService threads, Progress.Step step) {
        try {
            group.get(0).job().buildLevels(spark);
        } catch (RuntimeException e) {
            requireGoingOn(e);
            group.forEach(ready -> end(ready.cell(), State.failed, null, reason(e)));
            group.forEach(ready -> step.advance(ready.cell().name() + " failed"));
            return;
        }
        List<Future<?>> running = new ArrayList<>();
        for (Ready ready : group) {
            running.add(threads.submit(() -> run(spark, ready, step)));
        }
        running.forEach(SweepJob::await);
    }

    private void run(JavaSparkContext spark, Ready ready, Progress.Step step) {
        SweepPlan.Cell cell = ready.cell();
        long start = System.nanoTime();
        log.add(cell.name(), "started", null, null);
        running.put(cell.name(), ready.progress());
        try {
            spark.setLocalProperty(POOL, cell.name());
            String output = cell.config().output();
            ready.job()
                    .run(
                            spark,
                            RunDirectory.prepare(storage, output, ready.job().configuration(), mode(ready)));
            report(cell, ready.progress());
            end(cell, State.done, seconds(start), null);
        } catch (RuntimeException e) {
            requireGoingOn(e);
            end(cell, State.failed, seconds(start), reason(e));
        } finally {
            spark.setLocalProperty(POOL, null);
        }
        step.advance(cell.name() + " " + results.get(cell.name()).state());
    }

    /** An unfinished run of the same inputs goes on; anything else that is in the way is replaced. */
    private Mode mode(Ready ready) {
        return existing(ready.cell())
                        .filter(run -> !anew && !run.isFinished() && ready.job().isBegunIn(run))
                        .isPresent()
                ? Mode.resume
                : Mode.overwrite;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void end(SweepPlan.Cell cell, State state, Double seconds, String reason) {
        results.put(
                cell.name(),
                new CellResult(storage.qualified(cell.config().output()).toString(), state, reason));
        log.add(cell.name(), state.name(), seconds, reason);
        if (state == State.failed) {
            progress.of(cell.name()).say("failed: " + reason);
        }
    }

    /** What ends the whole application is no failure of a cell. */
    private static void requireGoingOn(RuntimeException e) {
        if (Explanation.of(e).cause() == Explanation.Cause.INTERRUPT) {
            throw e;
        }
    }

    private static String reason(RuntimeException e) {
        String message = Explanation.of(e).message();
        return message.isEmpty() ? e.toString() : message;
    }

    private static void await(Future<?> cell) {
        try {
            cell.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The sweep was interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    /** What became of a cell; empty while it has not ended. */
    public Optional<CellResult> result(SweepPlan.Cell cell) {
        return Optional.ofNullable(results.get(cell.name()));
    }

    /** What a cell that has started says of itself. */
    public Optional<Progress> progress(SweepPlan.Cell cell) {
        return Optional.ofNullable(running.get(cell.name()));
    }

    /** Every cell and what became of it, in the order of the plan. */
    public List<CellResult> results() {
        return plan.cells().stream().map(cell -> results.get(cell.name())).toList();
    }
}
