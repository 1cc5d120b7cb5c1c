package io.patienthttp.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.benchmarks.report.Svg.Bar;
import io.patienthttp.benchmarks.report.Svg.Colour;
import io.patienthttp.benchmarks.report.Svg.Point;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class SvgTest {

    @Test
    void barsAreInProportionAndTextIsEscaped() throws Exception {
        var svg = new Svg("a < b & c")
                .bars("req/s", List.of(new Bar("<one>", 50, Colour.OURS), new Bar("two", 100, Colour.PEER)));

        var document = parse(svg.render());

        var bars = document.getElementsByTagName("rect"); // the first is the card
        double one = Double.parseDouble(
                bars.item(1).getAttributes().getNamedItem("width").getNodeValue());
        double two = Double.parseDouble(
                bars.item(2).getAttributes().getNamedItem("width").getNodeValue());
        assertThat(one).isEqualTo(two / 2);
        assertThat(document.getElementsByTagName("title").item(0).getTextContent())
                .isEqualTo("a < b & c");
    }

    @Test
    void nothingButZeroesIsStillAPicture() throws Exception {
        var svg = new Svg("nothing")
                .bars("bars", List.of(new Bar("none", 0, Colour.LIMIT)))
                .logarithmicBars("bars", List.of(new Bar("none", 0, Colour.LIMIT)))
                .line("line", "s", List.of(new Point(0, 0), new Point(1, 0)));

        assertThat(svg.render()).doesNotContain("NaN").doesNotContain("Infinity");
        assertThat(parse(svg.render()).getElementsByTagName("polyline").getLength())
                .isEqualTo(1);
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }
}
