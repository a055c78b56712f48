package org.paretopress.jobs.run;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Tells people how far a run is, on standard error. */
public final class Progress {

    private final PrintStream out;
    private final boolean bars;
    private final String prefix;

    /** @param bars whether to draw bars, which need a terminal, or plain lines */
    public Progress(PrintStream out, boolean bars) {
        this(out, bars, "");
    }

    private Progress(PrintStream out, boolean bars, String prefix) {
        this.out = out;
        this.bars = bars;
        this.prefix = prefix;
    }

    /** The progress of one of several jobs that run side by side: plain lines that begin with its name. */
    public Progress of(String job) {
        return new Progress(out, false, job + ": ");
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
        if (!bars) {
            return new Lines(out, prefix + name, length);
        }
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

    /** A line each tenth of the way. */
    private static final class Lines implements Step {

        private final PrintStream out;
        private final String name;
        private final long length;
        private long done;

        Lines(PrintStream out, String name, long length) {
            this.out = out;
            this.name = name;
            this.length = length;
        }

        @Override
        public synchronized void advance(String note) {
            long before = done * 10 / Math.max(1, length);
            done++;
            if (done * 10 / Math.max(1, length) > before) {
                out.println(name + ": " + done + " of " + length + (note.isEmpty() ? "" : ", " + note));
            }
        }

        @Override
        public void close() {}
    }
}
