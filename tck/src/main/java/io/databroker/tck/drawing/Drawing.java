package io.databroker.tck.drawing;

import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Picture;
import io.databroker.tck.history.Picture.Bar;
import io.databroker.tck.history.Picture.Candidate;
import io.databroker.tck.history.Picture.Lane;
import io.databroker.tck.history.Picture.Mark;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Draws a picture: lanes of bars in SVG, then the explainable order and the candidates as lists.
 *
 * <p>The position of a bar is the rank of its moment, not the moment, so that no bar is too small
 * to see. The text of a bar is its title; it appears below the lanes while the bar has the focus or
 * the pointer, without a script.
 */
public final class Drawing {
  private static final int LABEL = 150;
  private static final int LEAST_STEP = 26;
  private static final int LARGEST_STEP = 140;
  private static final int ROW = 30;
  private static final int TOP = 26;
  private static final int WORDS = 54;
  private static final int LEAST_WIDTH = 1_080;
  private static final int LONGEST_TITLE = 400;
  private static final int LONGEST_NAME = 22;
  private static final int LINE = 130;

  private final Markup page;
  private final Picture picture;
  private final NavigableMap<Long, Integer> places = new TreeMap<>();
  private final int step;

  private Drawing(Markup page, Picture picture) {
    this.page = page;
    this.picture = picture;
    TreeSet<Long> moments = new TreeSet<>();
    for (Lane lane : picture.lanes()) {
      for (Bar bar : lane.bars()) {
        moments.add(bar.began());
        moments.add(bar.ended());
      }
    }
    moments.forEach(moment -> places.put(moment, places.size()));
    int room = (LEAST_WIDTH - LABEL) / Math.max(1, places.size());
    this.step = Math.max(LEAST_STEP, Math.min(LARGEST_STEP, room));
  }

  /** Adds a picture to a page. */
  public static void add(Markup page, Picture picture) {
    new Drawing(page, picture).draw();
  }

  private void draw() {
    page.open("figure").line();
    page.element("figcaption", Texts.shortened(picture.caption(), 2_000)).line();
    if (!picture.before().isEmpty()) {
      page.element("p", "Before: " + Texts.shortened(picture.before(), 2_000)).line();
    }
    if (!places.isEmpty()) {
      lanes();
    }
    if (!picture.order().isEmpty()) {
      steps();
    }
    if (!picture.candidates().isEmpty()) {
      candidates();
    }
    if (!picture.conclusion().isEmpty()) {
      page.element("p", Texts.shortened(picture.conclusion(), 2_000)).line();
    }
    page.close().line();
  }

  private void lanes() {
    int height = TOP + ROW * picture.lanes().size() + WORDS;
    int width = Math.max(LEAST_WIDTH, LABEL + step * places.size() + LEAST_STEP);
    page.open(
        "div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "timeline");
    page.open(
            "svg",
            "xmlns",
            "http://www.w3.org/2000/svg",
            "role",
            "group",
            "aria-label",
            "lanes of calls, by " + picture.axis(),
            "width",
            width,
            "height",
            height,
            "viewBox",
            Texts.format("0 0 %d %d", width, height))
        .line();
    page.element("text", picture.axis() + " \u2192", "x", LABEL, "y", "14", "class", "axis");
    page.line();
    for (int i = 0; i < picture.lanes().size(); i++) {
      lane(picture.lanes().get(i), TOP + i * ROW, width, height);
    }
    page.close().close().line();
  }

  private void lane(Lane lane, int y, int width, int height) {
    page.open("g", "class", "lane");
    page.open("text", "x", "4", "y", y + 19);
    page.element("title", Texts.shortened(lane.name(), LONGEST_TITLE));
    page.text(Texts.shortened(lane.name(), LONGEST_NAME)).close();
    page.single("line", "x1", LABEL, "x2", width, "y1", y + ROW - 2, "y2", y + ROW - 2);
    page.line();
    for (Bar bar : lane.bars()) {
      bar(bar, y, height);
    }
    page.close().line();
  }

  private void bar(Bar bar, int y, int height) {
    int from = place(bar.began());
    int to = place(bar.ended());
    int width = Math.max(LEAST_STEP - 4, to - from);
    String mark = bar.mark() == Mark.BROKEN ? "\u2717 " : "";
    String kind = "bar " + bar.mark().name().toLowerCase(Locale.ROOT);
    page.open("g", "class", kind, "tabindex", "0", "role", "img");
    page.element("title", mark + Texts.shortened(bar.words(), LONGEST_TITLE));
    int corner = bar.ended() == Operation.NEVER ? 0 : 3;
    page.single("rect", "x", from, "y", y + 4, "width", width, "height", ROW - 10, "rx", corner);
    int room = width / 7;
    if (room >= 2) {
      page.element("text", Texts.shortened(mark + bar.label(), room), "x", from + 4, "y", y + 18);
    }
    words(mark + Texts.shortened(bar.words(), 3 * LINE), height);
    page.close().line();
  }

  private int place(long moment) {
    return LABEL + step * Objects.requireNonNull(places.get(moment));
  }

  private void words(String words, int height) {
    page.open("text", "class", "words", "aria-hidden", "true");
    List<String> lines = new ArrayList<>();
    for (int from = 0; from < words.length(); from += LINE) {
      lines.add(words.substring(from, Math.min(words.length(), from + LINE)));
    }
    for (int i = 0; i < Math.min(3, lines.size()); i++) {
      page.element("tspan", lines.get(i), "x", "4", "y", height - WORDS + 18 + 16 * i);
    }
    page.close();
  }

  private void steps() {
    page.open("details", "open", "open");
    page.element(
        "summary",
        picture.candidates().isEmpty()
            ? "The calls, in order"
            : "The longest order that is allowed");
    page.open("ul");
    picture.order().forEach(step -> page.element("li", Texts.shortened(step, LONGEST_TITLE)));
    page.close().close().line();
  }

  private void candidates() {
    page.element("p", "None of these can come next:");
    page.open("table", "class", "candidates").open("thead").open("tr");
    page.element("th", "operation", "scope", "col").element("th", "needed", "scope", "col");
    page.close().close().open("tbody").line();
    for (Candidate candidate : picture.candidates()) {
      page.open("tr").element("td", "\u2717 " + Texts.shortened(candidate.words(), LONGEST_TITLE));
      page.element("td", Texts.shortened(candidate.needed(), LONGEST_TITLE)).close().line();
    }
    page.close().close().line();
  }
}
