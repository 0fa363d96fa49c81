package io.databroker.benchmarks.steady;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws the measures of a run, one panel each, as SVG. */
final class Chart {
  private static final int WIDTH = 720;
  private static final int PANEL = 110;
  private static final int LEFT = 60;
  private static final int TOP = 40;

  private Chart() {}

  /**
   * Returns the drawing.
   *
   * @param values the samples of each measure, one a second
   */
  static String svg(String title, Map<Measure, List<Double>> values) {
    StringBuilder svg = new StringBuilder();
    int height = TOP + PANEL * values.size() + 10;
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"11\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n"
                + "<text x=\"%d\" y=\"22\" font-size=\"15\">%s</text>%n",
            WIDTH + LEFT + 20,
            height,
            LEFT,
            title));
    int top = TOP;
    for (Map.Entry<Measure, List<Double>> each : values.entrySet()) {
      panel(svg, top, each.getKey(), each.getValue());
      top += PANEL;
    }
    return svg.append("</svg>\n").toString();
  }

  private static void panel(StringBuilder svg, int top, Measure measure, List<Double> values) {
    double most = values.stream().mapToDouble(v -> v).filter(v -> !Double.isNaN(v)).max().orElse(0);
    int bottom = top + PANEL - 24;
    int room = PANEL - 40;
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      double value = values.get(i);
      if (!Double.isNaN(value)) {
        points.append(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                LEFT + (double) i * WIDTH / Math.max(1, values.size() - 1),
                bottom - (most == 0 ? 0 : value / most * room)));
      }
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\">%s</text>%n"
                + "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%,.0f %s</text>%n"
                + "<path d=\"M%d %dH%d\" stroke=\"#bbb\"/>%n"
                + "<polyline points=\"%s\" fill=\"none\" stroke=\"#1f5fa8\"/>%n",
            LEFT,
            top + 12,
            measure.title,
            LEFT - 6,
            bottom - room + 4,
            most,
            measure.unit,
            LEFT,
            bottom,
            LEFT + WIDTH,
            points));
  }
}
