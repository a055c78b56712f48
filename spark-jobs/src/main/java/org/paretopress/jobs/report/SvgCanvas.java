package org.paretopress.jobs.report;

import java.awt.Shape;
import java.awt.geom.PathIterator;
import java.util.Locale;

/** Writes SVG as text; needs no font and no graphics environment, so the same drawing gives the same bytes anywhere. */
final class SvgCanvas implements Canvas {

    private static final String FONTS = "system-ui, 'Helvetica Neue', Arial, sans-serif";

    private final StringBuilder svg = new StringBuilder();

    SvgCanvas(int width, int height, String title) {
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"")
                .append(width)
                .append("\" height=\"");
        svg.append(height).append("\" viewBox=\"0 0 ").append(width).append(' ').append(height);
        svg.append("\" role=\"img\" font-family=\"").append(FONTS).append("\">\n<title>");
        svg.append(escaped(title)).append("</title>\n");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    }

    @Override
    public void stroke(Shape shape, String colour, double width) {
        svg.append("<path d=\"")
                .append(pathOf(shape))
                .append("\" fill=\"none\" stroke=\"")
                .append(colour);
        svg.append("\" stroke-width=\"").append(number(width)).append("\"/>\n");
    }

    @Override
    public void marker(Shape shape, String colour, String name) {
        svg.append("<path class=\"point\" d=\"")
                .append(pathOf(shape))
                .append("\" fill=\"")
                .append(colour);
        svg.append("\" stroke=\"#1b1f23\" stroke-width=\"0.7\"><title>")
                .append(escaped(name))
                .append("</title></path>\n");
    }

    @Override
    public void text(String text, double x, double y, Anchor anchor, int size, String colour) {
        String place = "x=\"" + number(x) + "\" y=\"" + number(y) + "\"";
        write(text, place, anchor, size, colour);
    }

    @Override
    public void upwards(String text, double x, double y, int size, String colour) {
        String place = "transform=\"translate(" + number(x) + " " + number(y) + ") rotate(-90)\"";
        write(text, place, Anchor.MIDDLE, size, colour);
    }

    private void write(String text, String place, Anchor anchor, int size, String colour) {
        svg.append("<text ").append(place).append(" text-anchor=\"");
        svg.append(anchor.name().toLowerCase(Locale.ROOT))
                .append("\" font-size=\"")
                .append(size);
        svg.append("\" fill=\"")
                .append(colour)
                .append("\">")
                .append(escaped(text))
                .append("</text>\n");
    }

    /** The finished document, without an XML declaration so that it may stand inside HTML. */
    String document() {
        return svg + "</svg>\n";
    }

    /** Path data of {@code shape}, to a hundredth of a pixel. */
    static String pathOf(Shape shape) {
        StringBuilder path = new StringBuilder();
        double[] at = new double[6];
        for (PathIterator part = shape.getPathIterator(null); !part.isDone(); part.next()) {
            int kind = part.currentSegment(at);
            int numbers = kind == PathIterator.SEG_CLOSE
                    ? 0
                    : kind == PathIterator.SEG_CUBICTO ? 6 : kind == PathIterator.SEG_QUADTO ? 4 : 2;
            path.append("MLQCZ".charAt(kind));
            for (int i = 0; i < numbers; i++) {
                path.append(i == 0 ? "" : " ").append(number(at[i]));
            }
        }
        return path.toString();
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.replaceFirst("\\.?0+$", "").replaceFirst("^-0$", "0");
    }

    /** Escapes markup and replaces what XML 1.0 cannot hold. */
    static String escaped(String text) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().forEach(point -> {
            switch (point) {
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '&' -> safe.append("&amp;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(holds(point) ? point : '\uFFFD');
            }
        });
        return safe.toString();
    }

    private static boolean holds(int point) {
        return point >= 0x20 && point < 0xD800
                || point > 0xDFFF && point < 0xFFFE
                || point > 0xFFFF
                || point == '\t'
                || point == '\n';
    }
}
