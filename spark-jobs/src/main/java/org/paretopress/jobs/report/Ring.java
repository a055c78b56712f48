package org.paretopress.jobs.report;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import org.knowm.xchart.style.markers.Marker;

/** An open circle around another marker. */
final class Ring extends Marker {

    @Override
    public void paint(Graphics2D graphics, double x, double y, int markerSize) {
        double diameter = 1.7 * markerSize;
        graphics.setStroke(new BasicStroke(2));
        graphics.draw(new Ellipse2D.Double(x - diameter / 2, y - diameter / 2, diameter, diameter));
    }
}
