package org.paretopress.jobs.report;

/**
 * The front as a picture that needs no script: size against held-out KL. The same data gives the same bytes (the PNG:
 * on the same machine, whose fonts it uses).
 */
public final class FrontChart {

    private static final int PIXELS_PER_UNIT = 2;

    /** An SVG document without XML declaration, so that it may also stand inside an HTML page. */
    public String svg(ReportData data) {
        SvgCanvas canvas = new SvgCanvas(
                FrontDrawing.WIDTH, FrontDrawing.HEIGHT, data.run() + ": size against held-out KL divergence");
        new FrontDrawing(data).drawOn(canvas);
        return canvas.document();
    }

    /**
     * A PNG of twice the SVG's width and height in pixels. Needs no display: where nobody said otherwise, this turns
     * the JVM's headless mode on, so that a dead {@code DISPLAY} does no harm.
     *
     * @throws IllegalStateException if the machine has no font to write with
     */
    public byte[] png(ReportData data) {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        try {
            ImageCanvas canvas = new ImageCanvas(FrontDrawing.WIDTH, FrontDrawing.HEIGHT, PIXELS_PER_UNIT);
            new FrontDrawing(data).drawOn(canvas);
            return canvas.png();
        } catch (InternalError | UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "Cannot write text into front.png: the Java runtime finds no font. Maybe install fontconfig and a font"
                            + " such as fonts-dejavu-core; front.svg needs none.",
                    e);
        }
    }
}
