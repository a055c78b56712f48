package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.conf.Configuration;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.run.GenerationLine;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.run.SearchState;
import org.paretopress.jobs.storage.Storage;

class ReportServerTest {

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private ReportServer server = ReportServer.open("0", Duration.ZERO);
    private final Progress progress = new Progress(System.err, false);
    private final List<GenerationLine> lines = new ArrayList<>();

    @AfterEach
    void close() {
        server.close();
    }

    private RunDirectory run() {
        Storage storage = new Storage(new Configuration());
        String output = folder.resolve("run").toString();
        return RunDirectory.prepare(
                storage,
                output,
                "model: m\ncalibration: {text: [t]}\nlevels: {quantization: {bits: [2, 3]}}\noutput: o\n",
                RunDirectory.Mode.fresh);
    }

    private void show(RunDirectory run) {
        server.show(
                path -> path.equals("/") ? Optional.of(LivePage.ofRunning(run, "runs/a", progress)) : Optional.empty());
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.address().resolve(path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private void end(RunDirectory run, int generation) {
        lines.add(new GenerationLine(1_500_000, generation, 0.25 / generation, 1, 10, 10, 1, null, null, null));
        run.write(lines);
        run.write(new SearchState(List.of(new SearchState.AtBudget(
                1_500_000, generation, List.of(new SearchState.Best("0 1", 1_400_000, 0.125)), 0.125, 10, 10))));
    }

    @Test
    void thePageIsNewWhenAGenerationHasEnded() throws IOException, InterruptedException {
        RunDirectory run = run();
        show(run);
        HttpResponse<String> first = get("/");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(Jsoup.parse(first.body()).select("#progress").text()).contains("it begins");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> same = get("/", "If-None-Match", tag);
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();

        end(run, 1);
        progress.start("search at 3.0 bits", 8).advance("loss 0.25");
        HttpResponse<String> second = get("/", "If-None-Match", tag);
        assertThat(second.statusCode()).isEqualTo(200);
        Document page = Jsoup.parse(second.body());
        assertThat(page.select("#progress").text())
                .isEqualTo("The search goes on: search at 3.0 bits: 1 of 8, loss 0.25.");
        assertThat(page.select("#progress").attr("data-version"))
                .isEqualTo(second.headers().firstValue("ETag").orElseThrow().replace("\"", ""));
        assertThat(page.select("#generation-table td data").first().text()).isEqualTo("0.2500");
        assertThat(page.select("h2").eachText())
                .containsExactly("Found so far", "How the search went", "How to reproduce it");
        assertThat(page.select("#sofar-table td data").eachAttr("value")).containsExactly("1400000", "0.125");
        assertThat(page.text()).doesNotContain("The front is empty").doesNotContain("no baseline");
    }

    @Test
    void thePageMayAskItsServerAndNobodyElse() throws IOException, InterruptedException {
        show(run());
        Document page = Jsoup.parse(get("/").body());
        String policy = page.select("meta[http-equiv=Content-Security-Policy]").attr("content");
        assertThat(policy).startsWith("default-src 'none';").endsWith("; connect-src 'self'");
    }

    @Test
    void aPageThatCannotBeMadeIsAskedForAgain() throws IOException, InterruptedException {
        server.show(path -> {
            throw new IllegalStateException("half a file");
        });
        assertThat(get("/").statusCode()).isEqualTo(503);
        show(run());
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void nothingElseIsServed() throws IOException, InterruptedException {
        show(run());
        for (String path : List.of("/config.yaml", "/run/config.yaml", "/../config.yaml", "/%2e%2e/config.yaml")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(404);
        }
        HttpRequest post = HttpRequest.newBuilder(server.address())
                .POST(BodyPublishers.ofString("x"))
                .build();
        assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
    }

    @Test
    void whoeverWatchesGetsTheLastPage() throws Exception {
        server.close();
        server = ReportServer.open("0");
        show(run());
        get("/");
        server.show(path -> Optional.of(new LivePage("end", () -> "the end")));
        CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
        try { // nobody has read the last page yet
            closing.get(200, TimeUnit.MILLISECONDS);
            assertThat(closing).isNotDone();
        } catch (TimeoutException e) {
            assertThat(get("/").body()).isEqualTo("the end");
        }
        closing.get(30, TimeUnit.SECONDS);
        try (ServerSocket again = new ServerSocket(server.address().getPort())) {
            assertThat(again.isBound()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http", "8080x", "70000", "-1", "localhost:", "nowhere.invalid:80"})
    void badAddressesAreNamed(String address) {
        assertThatThrownBy(() -> ReportServer.open(address))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("--serve " + address)
                .hasMessageContaining("Maybe ");
    }

    @Test
    void aPortInUseIsNamed() {
        String port = Integer.toString(server.address().getPort());
        assertThatThrownBy(() -> ReportServer.open(port))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("--serve " + port, "in use");
    }

    /** What a browser sends to whom it was told that a foreign name is this address. */
    @Test
    void foreignNamesGetNothing() throws IOException {
        show(run());
        assertThat(statusLine("evil.example.com")).contains(" 403 ");
        assertThat(statusLine("127.0.0.1.example.com:80")).contains(" 403 ");
        assertThat(statusLine("localhost:" + server.address().getPort())).contains(" 200 ");
    }

    private String statusLine(String host) throws IOException {
        try (Socket socket =
                new Socket(server.address().getHost(), server.address().getPort())) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    @Test
    void onlyThisMachineIsListenedTo() {
        assertThat(server.address())
                .isEqualTo(URI.create("http://127.0.0.1:" + server.address().getPort() + "/"));
    }
}
