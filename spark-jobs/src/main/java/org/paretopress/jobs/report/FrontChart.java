package org.paretopress.jobs.report;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;

/**
 * Draws the front: size against held-out KL. Text takes the machine's own sans-serif font; on one machine the same data
 * give the same bytes.
 */
public final class FrontChart {

    /**
     * Draws once as SVG and once as PNG. Needs no display: where nobody said otherwise, this turns the JVM's headless
     * mode on, so that a dead {@code DISPLAY} does no harm.
     *
     * @throws IllegalStateException if the Java runtime has no font to write with
     */
    public Pictures draw(ReportData data) {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        requireFont();
        XYChart chart = FrontPlot.of(data);
        try {
            return new Pictures(svg(chart), BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG));
        } catch (IOException e) { // both write to memory
            throw new UncheckedIOException(e);
        }
    }

    private static String svg(XYChart chart) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** A runtime without fonts fails in ways that differ by its version, and not the same way twice. */
    private static void requireFont() {
        try {
            Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
            new TextLayout("0", font, new FontRenderContext(null, true, true)).getBounds();
        } catch (RuntimeException | InternalError | LinkageError e) {
            throw new IllegalStateException(
                    "Cannot draw front.svg and front.png: the Java runtime finds no font. Maybe install fontconfig and a"
                            + " font such as fonts-dejavu-core.",
                    e);
        }
    }
}
