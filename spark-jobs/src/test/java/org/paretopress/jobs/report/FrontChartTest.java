package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** The pictures of a front: well-formed, whole, and undisturbed by odd numbers and names. */
class FrontChartTest {

    @Test
    void svgIsXmlAndThePngAnImage() throws Exception {
        assertDrawn(new FrontChart().draw(SampleRun.data()));
    }

    @Test
    void oneOrNoPointStillGivesAPicture() throws Exception {
        assertDrawn(new FrontChart().draw(with(List.of(SampleRun.point("only", "evopress", 3, 1)))));
        assertDrawn(new FrontChart().draw(with(List.of())));
    }

    @Test
    void lossesThatAreZeroOrNotFiniteAreNoTrouble() throws Exception {
        List<FrontPoint> points = List.of(point("a", 1, Double.NaN), point("b", 2, 0.5), point("c", 3, 0));
        Pictures pictures = new FrontChart().draw(with(points));
        assertDrawn(pictures);
        assertThat(pictures.svg()).doesNotContain("NaN").doesNotContain("Infinity");
    }

    /** Chart libraries have been seen to look for ticks for ever: spans of all kinds must come to an end. */
    @Test
    void spansOfAllKindsAreDrawn() throws Exception {
        for (double ratio : new double[] {1, 1 + 1e-12, 1.001, 2, 9.99, 10, 11, 100, 1e6, 1e12}) {
            for (double kl : new double[] {1e-9, 3e-4, 0.02, 7}) {
                List<FrontPoint> points = List.of(point("a", 5_000_000, kl * ratio), point("b", 5_000_001, kl));
                assertDrawn(new FrontChart().draw(with(points)));
            }
        }
    }

    @Test
    void hostileNamesStayText() throws Exception {
        String name = "<script>alert(1)</script>\"'&\u0000\n]]>";
        FrontPoint point = SampleRun.point(name, name, 3, 1);
        ReportData data =
                new ReportData(name, new Front(List.of(point)), null, null, null, new RunSetup("", name), name);
        Pictures pictures = new FrontChart().draw(data);
        assertDrawn(pictures);
        assertThat(parse(pictures.svg()).getElementsByTagName("script").getLength())
                .isZero();
    }

    private static void assertDrawn(Pictures pictures) throws Exception {
        assertThat(parse(pictures.svg()).getDocumentElement().getTagName()).isEqualTo("svg");
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(pictures.png()));
        assertThat(image.getWidth()).isEqualTo(1200);
        assertThat(image.getHeight()).isEqualTo(700);
    }

    private static ReportData with(List<FrontPoint> points) {
        String knee = points.isEmpty() ? null : points.get(0).id();
        return new ReportData("run", new Front(points), null, null, null, new RunSetup("", "evopress"), knee);
    }

    private static FrontPoint point(String id, long size, double kl) {
        return new FrontPoint(id, "evopress", size, 3, new Quality(kl, 9), new Quality(kl, 9), Map.of());
    }

    private static Document parse(String svg) throws IOException, SAXException, ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }
}
