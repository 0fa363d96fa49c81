package io.databroker.tck.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.tck.run.Outcome.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The reports for programs hold any text. */
class ReportTest {
  private static final String HOSTILE = "<a b=\"c\">&'\\ \u0001\n\u20ac";

  @TempDir Path folder;

  private static Outcome outcome(String test, Verdict verdict) {
    return new Outcome(
        "Get",
        test,
        List.of("GET-1"),
        verdict,
        HOSTILE,
        null,
        Duration.ofMillis(1_500),
        List.of(),
        "",
        "",
        false);
  }

  private void write() throws Exception {
    List<Outcome> outcomes =
        List.of(
            outcome("fails", Verdict.FAIL),
            outcome("passes", Verdict.PASS),
            outcome("skips", Verdict.SKIPPED));
    new Report(HOSTILE, 7, RuleVerdict.of(Set.of("GET-1"), outcomes, ""), outcomes).write(folder);
  }

  @Test
  void theXmlIsReadByParsers() throws Exception {
    write();
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(folder.resolve("report.xml").toFile());
    Element suite = document.getDocumentElement();
    assertThat(suite.getAttribute("tests")).isEqualTo("3");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    assertThat(suite.getAttribute("skipped")).isEqualTo("1");
    assertThat(document.getElementsByTagName("testcase").getLength()).isEqualTo(3);
    Element first = (Element) document.getElementsByTagName("testcase").item(0);
    assertThat(first.getAttribute("name")).isEqualTo("GET-1 fails");
    assertThat(first.getAttribute("time")).isEqualTo("1.500");
    assertThat(first.getTextContent()).startsWith("<a b=\"c\">&'\\ ").contains("\u20ac");
  }

  @Test
  void theStringsOfTheJsonAreEscaped() throws Exception {
    write();
    assertThat(Files.readString(folder.resolve("report.json")))
        .contains("\"backend\": \"<a b=\\u0022c\\u0022>&'\\u005c \\u0001\\u000a\\u20ac\"")
        .contains("\"failed\": 1,");
  }
}
