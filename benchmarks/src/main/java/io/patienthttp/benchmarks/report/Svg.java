package io.patienthttp.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A picture of bars or a line, on a card of its own, so that it can be read on light and dark pages. */
public final class Svg {

    private static final int WIDTH = 760;
    private static final int MARGIN = 24;
    private static final int LABEL = 240;
    private static final int NUMBER = 90;
    private static final int ROW = 24;
    private static final int LINE_HEIGHT = 220;

    private final String title;
    private final List<String> elements = new ArrayList<>();
    private int y = 68;

    /** A picture with nothing on it but its title. */
    public Svg(String title) {
        this.title = title;
    }

    /** Whose bar it is, and so its colour. */
    public enum Colour {
        /** Patient HTTP. */
        OURS("#1f6feb"),
        /** What people use today. */
        PEER("#8c959f"),
        /** What cannot be passed. */
        LIMIT("#d4a72c");

        private final String code;

        Colour(String code) {
            this.code = code;
        }
    }

    /** One bar. */
    public record Bar(String label, double value, Colour colour) {}

    /** Adds bars from zero, the longest as long as there is room. */
    public Svg bars(String caption, List<Bar> bars) {
        return bars(caption, bars, false);
    }

    /** Adds bars on a logarithmic scale from one. */
    public Svg logarithmicBars(String caption, List<Bar> bars) {
        return bars(caption + ", logarithmic scale", bars, true);
    }

    private Svg bars(String caption, List<Bar> bars, boolean logarithmic) {
        caption(caption);
        double highest = bars.stream()
                .mapToDouble(bar -> length(bar.value(), logarithmic))
                .max()
                .orElse(0);
        int room = WIDTH - 2 * MARGIN - LABEL - NUMBER;
        for (var bar : bars) {
            double width = highest == 0 ? 0 : room * length(bar.value(), logarithmic) / highest;
            text(MARGIN + LABEL - 10, y + 12, "end", "label", bar.label());
            add(
                    "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\" rx=\"2\" fill=\"%s\"/>",
                    MARGIN + LABEL, y - 1, Math.max(width, 1), bar.colour().code);
            text(MARGIN + LABEL + (int) Math.max(width, 1) + 6, y + 12, "start", "value", Report.number(bar.value()));
            y += ROW;
        }
        y += 22;
        return this;
    }

    private static double length(double value, boolean logarithmic) {
        return logarithmic ? Math.log10(Math.max(1, value)) : Math.max(0, value);
    }

    /** One point of a line. */
    public record Point(double x, double y) {}

    /** Adds a line from zero, with its highest values at the axes. */
    public Svg line(String caption, String xUnit, List<Point> points) {
        caption(caption);
        double right = points.stream().mapToDouble(Point::x).max().orElse(1);
        double top = Math.max(1, points.stream().mapToDouble(Point::y).max().orElse(1));
        int left = MARGIN + 60;
        int width = WIDTH - MARGIN - left - 20;
        int bottom = y + LINE_HEIGHT;
        var path = new StringBuilder();
        for (var point : points) {
            path.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    left + width * point.x() / right,
                    bottom - LINE_HEIGHT * point.y() / top));
        }
        for (int quarter = 0; quarter <= 4; quarter++) {
            int height = bottom - LINE_HEIGHT * quarter / 4;
            add("<path d=\"M%d %dH%d\" stroke=\"#d0d7de\"/>", left, height, left + width);
            text(left - 8, height + 4, "end", "value", Report.number(top * quarter / 4));
            text(
                    left + width * quarter / 4,
                    bottom + 18,
                    "middle",
                    "value",
                    Report.number(right * quarter / 4) + " " + xUnit);
        }
        add(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
                path.toString().trim(), Colour.OURS.code);
        y = bottom + 50;
        return this;
    }

    private void caption(String caption) {
        text(MARGIN, y, "start", "caption", caption);
        y += 18;
    }

    private void text(int x, int atY, String anchor, String style, String text) {
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" class=\"%s\">%s</text>", x, atY, anchor, style, escape(text));
    }

    private void add(String format, Object... values) {
        elements.add(String.format(Locale.ROOT, format, values));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** The whole file. */
    public String render() {
        return String.format(
                Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img">
                <title>%3$s</title>
                <style>
                text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
                .title { font-size: 17px; font-weight: 600 }
                .caption { font-size: 13px; font-weight: 600; fill: #57606a }
                .label { font-size: 13px }
                .value { font-size: 12px; fill: #57606a }
                </style>
                <rect x="0.5" y="0.5" width="%4$d" height="%5$d" rx="8" fill="#ffffff" stroke="#d0d7de"/>
                <text x="%6$d" y="36" class="title">%3$s</text>
                %7$s
                </svg>
                """, WIDTH, y, escape(title), WIDTH - 1, y - 1, MARGIN, String.join("\n", elements));
    }
}
