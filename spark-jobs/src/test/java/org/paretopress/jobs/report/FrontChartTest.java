package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class FrontChartTest {

    @Test
    void svgIsXmlWithAMarkerForEachPoint() throws Exception {
        ReportData data = SampleRun.data();
        assertThat(markers(new FrontChart().svg(data))).isEqualTo(24 + 15);
    }

    @Test
    void aContenderOnTheFrontIsDrawnOnce() throws Exception {
        ReportData data = SampleRun.data();
        List<FrontPoint> points = new java.util.ArrayList<>(data.front().points());
        points.add(data.baselines().budgets().get(0).contenders().get(1).point());
        assertThat(markers(new FrontChart().svg(with(points, data)))).isEqualTo(24 + 15);
    }

    @Test
    void oneOrNoPointStillGivesAPicture() throws Exception {
        FrontPoint only = SampleRun.point("only", "evopress", 3, 1);
        assertThat(markers(new FrontChart().svg(with(List.of(only), null)))).isEqualTo(1);
        assertThat(markers(new FrontChart().svg(with(List.of(), null)))).isZero();
        assertThat(new FrontChart().png(with(List.of(only), null))).isNotEmpty();
    }

    @Test
    void lossesThatAreZeroOrNotFiniteAreNoTrouble() throws Exception {
        List<FrontPoint> points = List.of(point("a", 1, Double.NaN), point("b", 2, 0.5), point("c", 3, 0));
        String svg = new FrontChart().svg(with(points, null));
        assertThat(markers(svg)).isEqualTo(2);
        assertThat(svg).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    void hostileNamesStayText() throws Exception {
        String name = "<script>alert(1)</script>\"'&\u0000\n]]>";
        FrontPoint point = SampleRun.point(name, name, 3, 1);
        ReportData data = new ReportData(name, name, new Front(List.of(point)), null, null, null, name);
        Document svg = parse(new FrontChart().svg(data));
        assertThat(svg.getElementsByTagName("script").getLength()).isZero();
        assertThat(svg.getElementsByTagName("title").item(0).getTextContent())
                .startsWith("<script>alert(1)</script>\"'&\uFFFD\n]]>");
        assertThat(new FrontChart().png(data)).isNotEmpty();
    }

    @Test
    void pngHasTwiceTheSizeOfTheSvg() throws Exception {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(new FrontChart().png(SampleRun.data())));
        Element svg = parse(new FrontChart().svg(SampleRun.data())).getDocumentElement();
        assertThat(image.getWidth())
                .isEqualTo(2 * Integer.parseInt(svg.getAttribute("width")))
                .isEqualTo(1720);
        assertThat(image.getHeight())
                .isEqualTo(2 * Integer.parseInt(svg.getAttribute("height")))
                .isEqualTo(1000);
    }

    private static ReportData with(List<FrontPoint> points, ReportData rest) {
        String knee = points.isEmpty() ? null : points.get(0).id();
        return new ReportData(
                "run", "evopress", new Front(points), rest == null ? null : rest.baselines(), null, null, knee);
    }

    private static FrontPoint point(String id, long size, double kl) {
        return new FrontPoint(id, "evopress", size, 3, new Quality(kl, 9), new Quality(kl, 9), Map.of());
    }

    private static int markers(String svg) throws Exception {
        NodeList paths = parse(svg).getElementsByTagName("path");
        int markers = 0;
        for (int i = 0; i < paths.getLength(); i++) {
            markers += ((Element) paths.item(i)).getAttribute("class").equals("point") ? 1 : 0;
        }
        return markers;
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }
}
