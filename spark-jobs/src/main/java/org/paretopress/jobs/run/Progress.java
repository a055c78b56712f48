package org.paretopress.jobs.run;

import java.io.PrintStream;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Tells people how far a run is, and about how long it will still take, on standard error. */
public final class Progress {

    private final PrintStream out;
    private final boolean bars;
    private final LongSupplier nanoTime;
    private final String prefix;
    private volatile String now = "";

    /** @param bars whether to draw bars, which need a terminal, or plain lines */
    public Progress(PrintStream out, boolean bars) {
        this(out, bars, System::nanoTime, "");
    }

    /** @param nanoTime the clock */
    Progress(PrintStream out, boolean bars, LongSupplier nanoTime, String prefix) {
        this.out = out;
        this.bars = bars;
        this.nanoTime = nanoTime;
        this.prefix = prefix;
    }

    /** The progress of one of several jobs that run side by side: plain lines that begin with its name. */
    public Progress of(String job) {
        return new Progress(out, false, nanoTime, job + ": ");
    }

    /** On standard error, with bars where somebody is watching. */
    public static Progress onStandardError() {
        return new Progress(System.err, System.console() != null);
    }

    /** A line for people. */
    public void say(String line) {
        out.println(prefix + line);
    }

    /** Begins a step of known length. */
    public Step start(String name, long length) {
        now = name + ": 0 of " + length;
        return new Watched(bars ? bar(name, length) : new Lines(prefix + name, length), name, length);
    }

    /** The step that began last and how far it is; empty before the first. */
    public String now() {
        return now;
    }

    private static Step bar(String name, long length) {
        return new Bar(new ProgressBarBuilder()
                .setTaskName(String.format("%-22s", name))
                .setInitialMax(length)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .build());
    }

    /** A step under way. Safe for concurrent use. */
    public interface Step extends AutoCloseable {

        /** One more unit is done; the note says what came of it. */
        void advance(String note);

        @Override
        void close();
    }

    /** Keeps {@link #now} up to date. */
    private final class Watched implements Step {

        private final Step shown;
        private final String name;
        private final long length;
        private long done;

        Watched(Step shown, String name, long length) {
            this.shown = shown;
            this.name = name;
            this.length = length;
        }

        @Override
        public synchronized void advance(String note) {
            done++;
            now = name + ": " + done + " of " + length + (note.isEmpty() ? "" : ", " + note);
            shown.advance(note);
        }

        @Override
        public void close() {
            shown.close();
        }
    }

    private record Bar(ProgressBar bar) implements Step {

        @Override
        public void advance(String note) {
            bar.step();
            bar.setExtraMessage(note);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** A line each tenth of the way, with an estimate of the time left once it is minutes. */
    private final class Lines implements Step {

        private static final double SECONDS_WORTH_TELLING = 90;

        private final String name;
        private final long length;
        private final long start = nanoTime.getAsLong();
        private long done;

        Lines(String name, long length) {
            this.name = name;
            this.length = length;
        }

        @Override
        public synchronized void advance(String note) {
            long before = done * 10 / Math.max(1, length);
            done++;
            if (done * 10 / Math.max(1, length) > before) {
                out.println(name + ": " + done + " of " + length + timeLeft() + (note.isEmpty() ? "" : ", " + note));
            }
        }

        private String timeLeft() {
            double seconds = (nanoTime.getAsLong() - start) / 1e9 / done * (length - done);
            return seconds < SECONDS_WORTH_TELLING ? "" : ", about " + inWords(Math.round(seconds / 60)) + " left";
        }

        private static String inWords(long minutes) {
            return minutes < 60 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
        }

        @Override
        public void close() {}
    }
}
