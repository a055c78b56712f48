package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;

/**
 * A headless browser; tests that need it are skipped where there is none.
 *
 * @param folder for its profile and for what pages download
 */
record Chromium(Path folder) {

    /** What the browser made of a page, and what it wrote to its console. */
    record Opened(Document page, List<String> console) {}

    /** Opens a page with a script at its end that does what a reader would do. */
    Opened open(String html, String script, String... options) throws IOException, InterruptedException {
        return open(Files.writeString(folder.resolve("driven.html"), driven(html, script)), options);
    }

    /** A page with one more script at its end; its policy stays, but for that script. */
    static String driven(String html, String script) {
        int end = html.lastIndexOf("</body>");
        String driven = html.substring(0, end) + "<script>" + script + "</script>" + html.substring(end);
        return driven.replaceFirst("script-src ", "script-src &#39;sha256-" + hash(script) + "&#39; ");
    }

    Opened open(Path page, String... options) throws IOException, InterruptedException {
        return open(page.toUri(), options);
    }

    Opened open(URI page, String... options) throws IOException, InterruptedException {
        Path preferences = folder.resolve("profile/Default/Preferences");
        Files.createDirectories(preferences.getParent());
        Files.createDirectories(downloads());
        Files.writeString(preferences, "{\"download\": {\"default_directory\": \"%s\"}}".formatted(downloads()));
        Path output = folder.resolve("page.html");
        Path errors = folder.resolve("errors.txt");
        List<String> command = new ArrayList<>(List.of(
                executable().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--enable-logging=stderr",
                "--virtual-time-budget=5000",
                "--user-data-dir=" + folder.resolve("profile"),
                "--dump-dom"));
        command.addAll(List.of(options));
        command.add(page.toString());
        Process browser = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        boolean ended = browser.waitFor(2, TimeUnit.MINUTES);
        browser.destroyForcibly();
        assertThat(ended).as("Chromium ends by itself").isTrue();
        List<String> console = Files.readString(errors, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(":CONSOLE"))
                .toList();
        return new Opened(Jsoup.parse(Files.readString(output, StandardCharsets.UTF_8)), console);
    }

    Path downloads() {
        return folder.resolve("downloads");
    }

    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    private static Path executable() {
        Optional<Path> found = Stream.of("chromium", "chromium-browser", "google-chrome")
                .map(name -> Path.of("/usr/bin", name))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(found.isPresent(), "skipped: there is no Chromium");
        return found.get();
    }
}
