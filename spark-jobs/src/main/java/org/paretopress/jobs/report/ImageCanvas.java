package org.paretopress.jobs.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.TextLayout;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Paints into memory. Text takes the machine's own sans-serif font, so pixels may differ from machine to machine. */
final class ImageCanvas implements Canvas {

    private final BufferedImage image;
    private final Graphics2D graphics;

    /** A white sheet with {@code scale} pixels to a unit. */
    ImageCanvas(int width, int height, int scale) {
        image = new BufferedImage(width * scale, height * scale, BufferedImage.TYPE_INT_RGB);
        graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.scale(scale, scale);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
    }

    @Override
    public void stroke(Shape shape, String colour, double width) {
        graphics.setColor(Color.decode(colour));
        graphics.setStroke(new BasicStroke((float) width));
        graphics.draw(shape);
    }

    @Override
    public void marker(Shape shape, String colour, String name) {
        graphics.setColor(Color.decode(colour));
        graphics.fill(shape);
        stroke(shape, "#1b1f23", 0.7);
    }

    @Override
    public void text(String text, double x, double y, Anchor anchor, int size, String colour) {
        if (text.isEmpty()) {
            return;
        }
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, size);
        TextLayout layout = new TextLayout(text, font, graphics.getFontRenderContext());
        double left = x - layout.getAdvance() * anchor.ordinal() / 2.0;
        graphics.setColor(Color.decode(colour));
        layout.draw(graphics, (float) left, (float) y);
    }

    @Override
    public void upwards(String text, double x, double y, int size, String colour) {
        graphics.rotate(-Math.PI / 2, x, y);
        text(text, x, y, Anchor.MIDDLE, size, colour);
        graphics.rotate(Math.PI / 2, x, y);
    }

    byte[] png() {
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // An explicit memory stream: the default one makes a temporary file.
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
