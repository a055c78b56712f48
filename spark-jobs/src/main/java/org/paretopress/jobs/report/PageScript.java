package org.paretopress.jobs.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * JavaScript to stand inside the page.
 *
 * @param text the code, free of character sequences at which HTML would end or reinterpret a {@code script} element
 */
record PageScript(String text) {

    private static final String WEBJAR = "META-INF/maven/org.webjars/echarts/pom.properties";
    /** Sensible code holds these in texts and regular expressions only; in both, {@code \\x3c} is the same character. */
    private static final Pattern MARKUP = Pattern.compile("<(?=/script|!--)", Pattern.CASE_INSENSITIVE);

    PageScript {
        text = MARKUP.matcher(text.replace("\r\n", "\n")).replaceAll("\\\\x3c");
    }

    /** ECharts with line and scatter charts, of the version on the class path. */
    static PageScript echarts() {
        Properties webjar = new Properties();
        try (InputStream in = open("/" + WEBJAR)) {
            webjar.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String version = webjar.getProperty("version");
        return new PageScript(resource("/META-INF/resources/webjars/echarts/" + version + "/echarts.common.min.js"));
    }

    /** The source expression that lets a content security policy admit this script and no other. */
    String policyHash() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    /** A resource as text; a name without a leading slash is looked up beside this class. */
    static String resource(String name) {
        try (InputStream in = open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String name) {
        InputStream in = PageScript.class.getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException("The class path lacks " + name + ". Maybe the build is incomplete.");
        }
        return in;
    }
}
