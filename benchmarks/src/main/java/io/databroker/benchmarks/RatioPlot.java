package io.databroker.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * The ratios as an SVG: a bar for each row, its spread as a line across the bar's end, its target
 * as a mark. The scale is logarithmic; 1 is the reference.
 */
final class RatioPlot {
  private static final int LEFT = 560;
  private static final int WIDTH = 480;
  private static final int LINE = 24;
  private static final double LOW = 0.1;
  private static final double HIGH = 10;

  private RatioPlot() {}

  static String of(List<Outcome> outcomes) {
    List<Outcome> shown =
        outcomes.stream()
            .filter(it -> it.row().target().measure() != Target.Measure.NANOS)
            .toList();
    int height = (shown.size() + 3) * LINE;
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        LEFT + WIDTH + 80,
        height);
    add(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    for (double tick : new double[] {0.1, 0.2, 0.5, 1, 2, 5, 10}) {
      double x = x(tick);
      add(
          svg,
          "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>",
          x,
          LINE,
          x,
          height - LINE,
          tick == 1 ? "black" : "#ddd");
      text(svg, x, height - 8, "middle", Table.number(tick));
    }
    for (int i = 0; i < shown.size(); i++) {
      bar(svg, shown.get(i), (i + 1.5) * LINE);
    }
    add(svg, "</svg>");
    return svg.toString();
  }

  private static void bar(StringBuilder svg, Outcome outcome, double y) {
    Row row = outcome.row();
    Target target = row.target();
    String unit = target.measure().name().toLowerCase(Locale.ROOT);
    text(svg, LEFT - 8.0, y + 4, "end", row.name() + " : " + row.reference() + " (" + unit + ")");
    double end = x(outcome.ratio());
    String color =
        switch (outcome.verdict()) {
          case "met" -> "#4a9";
          case "missed" -> "#d75";
          default -> "#9ab";
        };
    add(
        svg,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"12\" fill=\"%s\"/>",
        Math.min(end, x(1)),
        y - 6,
        Math.abs(end - x(1)),
        color);
    add(
        svg,
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"black\"/>",
        x(outcome.low()),
        y,
        x(outcome.high()),
        y);
    if (target.isSet()) {
      add(
          svg,
          "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#22c\""
              + " stroke-width=\"2\"/>",
          x(target.bound()),
          y - 10,
          x(target.bound()),
          y + 10);
    }
    text(svg, LEFT + WIDTH + 8.0, y + 4, "start", Table.number(outcome.ratio()));
  }

  private static double x(double ratio) {
    double clipped = Math.min(Math.max(ratio, LOW), HIGH);
    return LEFT + WIDTH * Math.log(clipped / LOW) / Math.log(HIGH / LOW);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    add(
        svg,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
        x,
        y,
        anchor,
        text.replace("&", "&amp;").replace("<", "&lt;"));
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
