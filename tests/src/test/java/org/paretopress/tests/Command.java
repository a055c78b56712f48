package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.paretopress.jobs.cli.Main;

/**
 * A command that ran in this JVM, and what it printed.
 *
 * @param code the exit code
 */
record Command(int code, String out, String err) {

    static Command run(List<String> arguments) {
        return run(arguments.toArray(new String[0]));
    }

    static Command run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        try (PrintStream newOut = new PrintStream(printed, true, StandardCharsets.UTF_8);
                PrintStream newErr = new PrintStream(told, true, StandardCharsets.UTF_8)) {
            System.setOut(newOut);
            System.setErr(newErr);
            int code = Main.run(arguments);
            return new Command(code, printed.toString(StandardCharsets.UTF_8), told.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** This command, once it is clear that it went well. */
    Command succeeded() {
        assertThat(code).as("exit code; on standard error: %s", err).isZero();
        return this;
    }

    /** The one JSON document on standard output. */
    JsonNode json() throws IOException {
        succeeded();
        ObjectMapper strict = new ObjectMapper()
                .enable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        return strict.readTree(out);
    }
}
