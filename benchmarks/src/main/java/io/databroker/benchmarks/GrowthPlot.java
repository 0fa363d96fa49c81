package io.databroker.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Our time of each row at several numbers of records, as an SVG; both scales are logarithmic. */
final class GrowthPlot {
  private static final String[] COLORS = {
    "#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02", "#a6761d", "#666666"
  };
  private static final int LEFT = 70;
  private static final int WIDTH = 480;
  private static final int HEIGHT = 420;
  private static final int TOP = 20;
  private static final double HIGHEST = 1e5;

  private GrowthPlot() {}

  /** By number of records. */
  static String of(SortedMap<Integer, List<Outcome>> outcomes) {
    Map<String, TreeMap<Integer, Double>> lines = new LinkedHashMap<>();
    outcomes.forEach(
        (records, measured) ->
            measured.forEach(
                it -> {
                  String name = it.row().name() + ", per " + it.row().unit();
                  lines.computeIfAbsent(name, any -> new TreeMap<>()).put(records, it.ours());
                }));
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        LEFT + WIDTH + 420,
        HEIGHT + 60);
    add(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    for (double nanos = 1; nanos <= HIGHEST; nanos *= 10) {
      add(
          svg,
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>",
          LEFT,
          y(nanos),
          LEFT + WIDTH,
          y(nanos));
      text(svg, LEFT - 6, y(nanos) + 4, "end", "black", String.format("%,.0f ns", nanos));
    }
    double low = outcomes.firstKey();
    double high = outcomes.lastKey();
    for (int records : outcomes.keySet()) {
      text(
          svg,
          x(records, low, high),
          TOP + HEIGHT + 18,
          "middle",
          "black",
          "%,d records".formatted(records));
    }
    int drawn = 0;
    for (Map.Entry<String, TreeMap<Integer, Double>> line : lines.entrySet()) {
      String color = COLORS[drawn++ % COLORS.length];
      StringBuilder points = new StringBuilder();
      line.getValue()
          .forEach(
              (records, nanos) ->
                  points.append(
                      String.format(Locale.ROOT, "%.1f,%.1f ", x(records, low, high), y(nanos))));
      add(
          svg,
          "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
          points.toString().trim(),
          color);
      text(svg, LEFT + WIDTH + 20, TOP + 20.0 * drawn, "start", color, line.getKey());
    }
    add(svg, "</svg>");
    return svg.toString();
  }

  private static double x(double records, double low, double high) {
    return LEFT + WIDTH * Math.log(records / low) / Math.log(high / low);
  }

  private static double y(double nanos) {
    return TOP + HEIGHT * (1 - Math.log(Math.max(nanos, 1)) / Math.log(HIGHEST));
  }

  private static void text(
      StringBuilder svg, double x, double y, String anchor, String color, String text) {
    add(
        svg,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
        x,
        y,
        anchor,
        color,
        text.replace("&", "&amp;").replace("<", "&lt;"));
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
