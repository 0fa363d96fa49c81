package io.databroker.tck.run;

import io.databroker.tck.drawing.Drawing;
import io.databroker.tck.drawing.Markup;
import io.databroker.tck.engine.Again;
import io.databroker.tck.history.Evidence;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.Picture;
import io.databroker.tck.history.Pictures;
import io.databroker.tck.run.Outcome.Verdict;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Report of a run as one self-contained HTML page, without network or script.
 *
 * <p><b>Thread-safety:</b> none; used once, by one thread.
 */
final class HtmlReport {
  static final String FILE = "report.html";

  /** The size after which no further picture is drawn. */
  private static final int MOST_CHARACTERS = 2_000_000;

  /** The time after which no further picture is drawn. */
  private static final long LONGEST_NANOS = 30_000_000_000L;

  private static final int LONGEST_REASON = 8_000;
  private static final int LONGEST_TRACE = 6_000;
  private static final int LONGEST_CELL = 300;

  private final Report report;
  private final String command;
  private final Path folder;
  private final Markup page = new Markup();
  private final long began = System.nanoTime();

  /**
   * Prepares a report.
   *
   * @param command the command line that ran the kit, without rules and seed
   * @param folder the folder of the report, with the recordings of violations
   */
  HtmlReport(Report report, String command, Path folder) {
    this.report = report;
    this.command = command;
    this.folder = folder;
  }

  void write() throws IOException {
    Files.writeString(folder.resolve(FILE), text());
  }

  String text() {
    page.open("html", "xmlns", "http://www.w3.org/1999/xhtml", "lang", "en").line();
    head();
    page.open("body").line().open("main").line();
    summary();
    List<Outcome> failures =
        report.outcomes().stream().filter(o -> o.verdict() == Verdict.FAIL).toList();
    if (!failures.isEmpty()) {
      page.element("h2", "Violations", "id", "violations").line();
    }
    for (int i = 0; i < failures.size(); i++) {
      violation(failures.get(i), i + 1);
    }
    rules();
    page.close().line().close().line().close().line();
    return "<!DOCTYPE html>\n" + page;
  }

  private void head() {
    page.open("head").line().single("meta", "charset", "utf-8").line();
    page.single(
        "meta",
        "http-equiv",
        "Content-Security-Policy",
        "content",
        "default-src 'none'; style-src 'unsafe-inline'");
    page.line().single("meta", "name", "viewport", "content", "width=device-width").line();
    page.element("title", "databroker-tck: " + Texts.shortened(report.backend(), LONGEST_CELL));
    // The style sheet must not contain characters that XML would escape.
    page.line()
        .element("style", Texts.resource(HtmlReport.class, "report.css"))
        .line()
        .close()
        .line();
  }

  private void summary() {
    page.element("h1", "Backend " + Texts.shortened(report.backend(), LONGEST_CELL)).line();
    page.element(
            "p",
            Texts.format(
                "%d rules passed, %d failed, %d inconclusive, %d skipped, %d not run. Seed %d.",
                report.count(Verdict.PASS),
                report.count(Verdict.FAIL),
                report.count(Verdict.INCONCLUSIVE),
                report.count(Verdict.SKIPPED),
                report.count(Verdict.NOT_RUN),
                report.seed()))
        .line();
    page.element("pre", command + " --seed " + report.seed(), "class", "command").line();
    page.open("nav", "aria-label", "contents").open("p");
    if (report.count(Verdict.FAIL) > 0) {
      page.element("a", "Violations", "href", "#violations").text(" \u00b7 ");
    }
    page.element("a", "All rules", "href", "#rules").close().close().line();
  }

  private void violation(Outcome outcome, int number) {
    String rules = String.join(", ", outcome.rules());
    page.open("section", "id", "violation-" + number).line();
    page.element(
            "h3",
            Texts.format(
                "%d. %s: %s", number, Texts.shortened(rules, LONGEST_CELL), outcome.name()))
        .line();
    for (String rule : outcome.rules().subList(0, Math.min(6, outcome.rules().size()))) {
      Catalogue.Entry entry = Catalogue.rules().get(rule);
      if (entry != null) {
        page.open("p").element("b", rule + " " + entry.strength() + ". ");
        page.text(entry.text()).close().line();
      }
    }
    page.element("pre", Texts.shortened(outcome.reason(), LONGEST_REASON)).line();
    pictures(outcome);
    page.element("p", "To see it again:").line();
    String again = new Again(outcome.rules(), "", Optional.of(command)).command(report.seed());
    page.element("pre", again, "class", "command").line();
    if (!outcome.trace().isEmpty()) {
      page.open("details").element("summary", "Stack trace");
      page.element("pre", Texts.shortened(outcome.trace(), LONGEST_TRACE)).close().line();
    }
    page.close().line();
  }

  private void pictures(Outcome outcome) {
    if (outcome.saved().isEmpty()) {
      return;
    }
    String unseen = "";
    if (page.length() < MOST_CHARACTERS && System.nanoTime() - began < LONGEST_NANOS) {
      try {
        Evidence evidence = HistoryFile.read(folder.resolve(outcome.saved()));
        if (evidence.judge(KitRun.FIELDS)
            instanceof io.databroker.tck.history.Verdict.Violated violated) {
          for (Picture picture : Pictures.of(evidence, violated, KitRun.FIELDS)) {
            Drawing.add(page, picture);
          }
        }
      } catch (IOException | RuntimeException | StackOverflowError e) {
        unseen = " It could not be read for a drawing: " + e.getMessage();
      }
    } else {
      unseen = " It is not drawn: the limits on pictures are used up by other violations.";
    }
    page.open("p", "class", "soft").text("The recording is in ");
    page.element("code", outcome.saved());
    page.text("; --recheck judges it again." + unseen).close().line();
  }

  private void rules() {
    page.element("h2", "All rules", "id", "rules").line();
    page.open("table").open("thead").open("tr");
    for (String heading : List.of("rule", "verdict", "what it says", "why")) {
      page.element("th", heading, "scope", "col");
    }
    page.close().close().open("tbody").line();
    for (RuleVerdict rule : report.rules()) {
      Catalogue.Entry entry = rule.rule();
      String label = Report.label(rule.verdict());
      page.open("tr", "id", entry.number()).element("th", entry.number(), "scope", "row");
      page.element("td", label, "class", rule.verdict().name());
      page.element("td", entry.strength() + ". " + entry.text());
      page.element("td", Texts.shortened(Texts.firstLine(rule.reason()), LONGEST_CELL))
          .close()
          .line();
    }
    page.close().close().line();
  }
}
