package org.paretopress.jobs.report;

import java.awt.Shape;

/** What a chart is drawn on. Coordinates are pixels from the top left corner, colours {@code #rrggbb}. */
interface Canvas {

    /** A text's side that its x coordinate fixes. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    /** A line along {@code shape}. */
    void stroke(Shape shape, String colour, double width);

    /** A filled marker with a name that readers of the picture may ask for. */
    void marker(Shape shape, String colour, String name);

    /** One line of text with its baseline at {@code y}. */
    void text(String text, double x, double y, Anchor anchor, int size, String colour);

    /** One line of text that reads upwards, its middle at ({@code x}, {@code y}). */
    void upwards(String text, double x, double y, int size, String colour);
}
