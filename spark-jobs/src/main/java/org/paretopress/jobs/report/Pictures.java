package org.paretopress.jobs.report;

/**
 * The front as pictures that need no script.
 *
 * @param svg a whole document
 * @param png the same picture in pixels
 */
public record Pictures(String svg, byte[] png) {

    /** The {@code svg} element alone, to stand inside an HTML page. */
    String inlineSvg() {
        return svg.substring(svg.indexOf("<svg"));
    }
}
