package org.paretopress.jobs.report;

import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;

/** Marker shapes of about equal weight. Corners are in units of the radius, y pointing down. */
enum Symbol {
    CIRCLE,
    DIAMOND(0, -1.25, 1.25, 0, 0, 1.25, -1.25, 0),
    SQUARE(-0.95, -0.95, 0.95, -0.95, 0.95, 0.95, -0.95, 0.95),
    TRIANGLE(0, -1.25, 1.2, 0.9, -1.2, 0.9),
    TRIANGLE_DOWN(0, 1.25, 1.2, -0.9, -1.2, -0.9),
    CROSS(
            -0.4, -1.2, 0.4, -1.2, 0.4, -0.4, 1.2, -0.4, 1.2, 0.4, 0.4, 0.4, 0.4, 1.2, -0.4, 1.2, -0.4, 0.4, -1.2, 0.4,
            -1.2, -0.4, -0.4, -0.4);

    private final double[] corners;

    Symbol(double... corners) {
        this.corners = corners;
    }

    /** The outline around ({@code x}, {@code y}). */
    Shape outline(double x, double y, double radius) {
        if (corners.length == 0) {
            return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
        }
        Path2D path = new Path2D.Double();
        path.moveTo(x + radius * corners[0], y + radius * corners[1]);
        for (int i = 2; i < corners.length; i += 2) {
            path.lineTo(x + radius * corners[i], y + radius * corners[i + 1]);
        }
        path.closePath();
        return path;
    }
}
