package org.paretopress.jobs.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.paretopress.jobs.InputException;

/**
 * Shows reports in a browser while what they tell of goes on. Pages ask again every two seconds, and get an answer of no length where
 * nothing is new.
 */
public final class ReportServer implements AutoCloseable {

    private static final Pattern ADDRESS = Pattern.compile("(?:(.+):)?(\\d{1,5})");
    private static final int THREADS = 32;

    /** A page asks every two seconds; one that is slow to ask again is not waited for. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final HttpServer server;
    private final Duration longestWait;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "report-server");
        thread.setDaemon(true);
        return thread;
    });
    private final CountDownLatch readAtLast = new CountDownLatch(1);
    private volatile Function<String, Optional<LivePage>> pages = path -> Optional.empty();
    private volatile boolean watched;
    private volatile boolean closing;

    private ReportServer(HttpServer server, Duration longestWait) {
        this.server = server;
        this.longestWait = longestWait;
    }

    /**
     * Binds a port.
     *
     * @param address {@code PORT} for this machine alone, or {@code HOST:PORT}; port 0 takes one that is free
     * @throws InputException where that is not possible
     */
    public static ReportServer open(String address) {
        return open(address, LONGEST_WAIT);
    }

    /** @param longestWait for somebody who watches to get the last page */
    static ReportServer open(String address, Duration longestWait) {
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65_535) {
            throw new InputException("--serve " + address + " is no address.", "write --serve 8080 or 0.0.0.0:8080.");
        }
        String host = parts.group(1) == null ? "127.0.0.1" : parts.group(1);
        try {
            InetSocketAddress socket = new InetSocketAddress(host, Integer.parseInt(parts.group(2)));
            if (socket.isUnresolved()) {
                throw new InputException("--serve " + address + " names no host.", "it is misspelt.");
            }
            return new ReportServer(HttpServer.create(socket, 0), longestWait).started();
        } catch (IOException | IllegalArgumentException e) {
            throw new InputException(
                    "--serve " + address + " cannot be listened on: " + e.getMessage() + ".",
                    "the port is in use (0 takes any that is free), or the host is no address of this machine.");
        }
    }

    private ReportServer started() {
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        return this;
    }

    /** Where a browser finds the page. */
    public URI address() {
        InetSocketAddress bound = server.getAddress();
        String host = bound.getAddress().isAnyLocalAddress() ? "localhost" : bound.getHostString();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort() + "/");
    }

    /** @param pages by path, {@code /} for the first */
    public void show(Function<String, Optional<LivePage>> pages) {
        this.pages = pages;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean read = exchange.getRequestMethod().equals("GET")
                    || exchange.getRequestMethod().equals("HEAD");
            if (read && isMeant(exchange)) {
                answerRead(exchange);
            } else {
                exchange.sendResponseHeaders(read ? 403 : 405, -1);
            }
        }
    }

    private void answerRead(HttpExchange exchange) throws IOException {
        try {
            Optional<LivePage> page = pages.apply(exchange.getRequestURI().getPath());
            if (page.isPresent()) {
                send(page.get(), exchange);
            } else {
                sendNothing(404, exchange);
            }
        } catch (RuntimeException e) { // a file that is just being replaced
            sendNothing(503, exchange);
        }
    }

    /** A page that asks again. */
    private static void sendNothing(int status, HttpExchange exchange) throws IOException {
        byte[] html =
                "<!DOCTYPE html><meta http-equiv=\"refresh\" content=\"2\"><title>Paretopress</title><p>Not there yet."
                        .getBytes(StandardCharsets.UTF_8);
        send(status, html, exchange);
    }

    private static void send(int status, byte[] html, HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        boolean body = exchange.getRequestMethod().equals("GET");
        exchange.sendResponseHeaders(status, body ? html.length : -1);
        if (body) {
            exchange.getResponseBody().write(html);
        }
    }

    /** A page of somebody else's, under whose name a browser was told this address, gets nothing. */
    private boolean isMeant(HttpExchange exchange) {
        String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
        return !server.getAddress().getAddress().isLoopbackAddress()
                || host.replaceFirst(":\\d+$", "").matches("localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1]");
    }

    private void send(LivePage page, HttpExchange exchange) throws IOException {
        watched = true;
        String tag = '"' + page.version() + '"';
        exchange.getResponseHeaders().set("ETag", tag);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
        } else {
            send(200, page.html().get().getBytes(StandardCharsets.UTF_8), exchange);
        }
        if (closing && exchange.getRequestURI().getPath().equals("/")) {
            readAtLast.countDown();
        }
    }

    /** Somebody who watches gets what is shown last before the port is closed. */
    @Override
    public void close() {
        closing = true;
        try {
            if (watched) {
                readAtLast.await(longestWait.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop(1);
        threads.shutdownNow();
    }
}
