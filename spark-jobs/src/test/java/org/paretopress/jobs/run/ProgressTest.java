package org.paretopress.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is told to people who look at a log. */
class ProgressTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final AtomicLong seconds = new AtomicLong();
    private final Progress progress = new Progress(
            new PrintStream(out, true, StandardCharsets.UTF_8), false, () -> seconds.get() * 1_000_000_000L, "");

    private void run(String name, int length, int secondsEach) {
        try (Progress.Step step = progress.of("cell").start(name, length)) {
            for (int i = 0; i < length; i++) {
                seconds.addAndGet(secondsEach);
                step.advance("note " + i);
            }
        }
    }

    private String[] lines() {
        return out.toString(StandardCharsets.UTF_8).split(System.lineSeparator());
    }

    @Test
    void eachTenthIsALineWithTheTimeLeft() {
        run("generations", 20, 600);
        assertThat(lines()).hasSize(10);
        assertThat(lines()[0]).isEqualTo("cell: generations: 2 of 20, about 3 h 0 min left, note 1");
        assertThat(lines()[7]).isEqualTo("cell: generations: 16 of 20, about 40 min left, note 15");
        assertThat(lines()[9]).isEqualTo("cell: generations: 20 of 20, note 19");
    }

    @Test
    void whatIsDoneSoonNeedsNoEstimate() {
        run("levels", 5, 20);
        assertThat(lines())
                .containsExactly(
                        "cell: levels: 1 of 5, note 0",
                        "cell: levels: 2 of 5, note 1",
                        "cell: levels: 3 of 5, note 2",
                        "cell: levels: 4 of 5, note 3",
                        "cell: levels: 5 of 5, note 4");
    }
}
