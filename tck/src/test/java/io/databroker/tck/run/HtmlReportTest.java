package io.databroker.tck.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.Closing;
import io.databroker.tck.history.Evidence;
import io.databroker.tck.history.Followed;
import io.databroker.tck.history.History;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.Holdings;
import io.databroker.tck.history.LeaseCall;
import io.databroker.tck.history.Operation;
import io.databroker.tck.run.Outcome.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The page shows every kind of violation, and no name of a record can break it. */
class HtmlReportTest {
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  /** Names with markup, quotes, controls, lone surrogates, right-to-left text, noncharacters. */
  private static final String HOSTILE =
      "</text></svg><script>alert(1)</script><img src=x onerror=alert(2)>'\"&amp;]]>-->"
          + "\u0000\u0008\u001B\u007F\u0085\uD83D \uDE00\u202Eevil\u2028\uFFFE\uFFFF\uD83D\uDE00";

  @TempDir Path folder;

  private static StoredRecord record(String name, long version, boolean deleted) {
    return new StoredRecord(name, name, version, Bytes.utf8("<script>"), TIME, deleted);
  }

  private static Operation put(int client, long began, String name, long version) {
    return new Operation(
        client,
        began,
        began + 3,
        new Call.Put(List.of(Write.put(name, name, Bytes.utf8("<script>")))),
        new Answer.Stored(new PutResult(1, List.of(record(name, version, false)))));
  }

  private static Operation types(int client, long began, String... types) {
    return new Operation(
        client, began, began + 2, new Call.ListTypes(), new Answer.Types(List.of(types)));
  }

  private static History history(Operation... operations) {
    return new History(new History.Start(1, 0, Map.of(), List.of(), true), List.of(operations));
  }

  private static Evidence calls(String name) {
    return Evidence.of(history(put(0, 1, name, 1), types(1, 2), types(1, 9)), null, List.of());
  }

  private static Evidence feed(String name) {
    Position start = new Position(1, 0);
    List<Changes> told =
        List.of(
            new Changes(List.of(record(name, 1, false)), new Position(1, 1)),
            new Changes(List.of(), new Position(1, 3)));
    Followed all = new Followed(start, null, told, true);
    return Evidence.of(
        history(put(0, 1, name, 1), put(1, 2, name, 2), put(0, 9, name, 3)), all, List.of());
  }

  private static Evidence leases(String name) {
    Instant end = TIME.plusSeconds(10);
    return Evidence.of(
        new Holdings(
            List.of(
                new LeaseCall(LeaseCall.Kind.ACQUIRE, 1, 2, TIME, TIME, name, 1, true, end),
                new LeaseCall(LeaseCall.Kind.RENEW, 3, 4, TIME, TIME, name, 1, false, null),
                new LeaseCall(LeaseCall.Kind.ACQUIRE, 5, 6, TIME, TIME, name, 2, true, end)),
            Duration.ZERO));
  }

  private static Evidence close(String name) {
    Operation late = types(1, 9, name);
    return Evidence.of(history(put(0, 1, name, 1), late), Closing.of(3, 8, List.of(late)));
  }

  private Outcome failure(String rule, Evidence evidence, String name) throws IOException {
    String file = rule + "-" + System.nanoTime() + ".txt";
    HistoryFile.write(folder.resolve(file), evidence);
    return new Outcome(
        "Chapter",
        "aTest",
        List.of(rule),
        Verdict.FAIL,
        "Seen: " + name,
        null,
        Duration.ofSeconds(1),
        List.of(),
        "java.lang.Error: " + name,
        file,
        false);
  }

  private String page(String backend, List<Outcome> outcomes) {
    Set<String> rules = new TreeSet<>(Set.of("GET-1"));
    outcomes.forEach(outcome -> rules.addAll(outcome.rules()));
    Report report = new Report(backend, 7, RuleVerdict.of(rules, outcomes, ""), outcomes);
    return new HtmlReport(report, "java -jar kit.jar --set 'a=" + backend + "'", folder).text();
  }

  private String hostilePage() throws IOException {
    return page(
        HOSTILE,
        List.of(
            failure("LIST-4", calls(HOSTILE), HOSTILE),
            failure("FEED-2", feed(HOSTILE), HOSTILE),
            failure("LEASE-1", leases(HOSTILE), HOSTILE),
            failure("CLOSE-4", close(HOSTILE), HOSTILE),
            failure("FEED-8", feed(HOSTILE).observing(HOSTILE), HOSTILE)));
  }

  private static Document parsed(String page) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setXIncludeAware(false);
    factory.setExpandEntityReferences(false);
    return factory
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Element> elements(Document page, String name) {
    NodeList found = page.getElementsByTagNameNS("*", name);
    return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i)).toList();
  }

  @Test
  void noNameCanBreakThePage() throws Exception {
    Document page = parsed(hostilePage());
    assertThat(elements(page, "script")).isEmpty();
    assertThat(elements(page, "img")).isEmpty();
    for (Element element : elements(page, "*")) {
      for (int i = 0; i < element.getAttributes().getLength(); i++) {
        Node attribute = element.getAttributes().item(i);
        assertThat(attribute.getNodeName()).doesNotStartWith("on").isNotEqualTo("src");
        if (attribute.getNodeName().equals("href")) {
          assertThat(attribute.getNodeValue()).startsWith("#");
        }
      }
    }
    assertThat(page.getDocumentElement().getTextContent())
        .contains(
            "<script>alert(1)</script>", "\\u202Eevil", "\\uD83D \\uDE00", "\u2400", "\u241B");
    assertThat(elements(page, "style").get(0).getTextContent()).doesNotContain("<", ">", "&", "\"");
  }

  @Test
  void eachKindOfViolationIsDrawn() throws Exception {
    Document page = parsed(hostilePage());
    List<String> captions =
        elements(page, "figcaption").stream().map(Element::getTextContent).toList();
    assertThat(captions).hasSize(5);
    assertThat(captions.get(0)).startsWith("no order of these operations is allowed; 1 of 3");
    assertThat(captions.get(1)).contains("a feed of all types from version 0");
    assertThat(captions.get(2)).startsWith("granted while another holding lasts");
    assertThat(captions.get(3)).startsWith("a call after the close did not fail with closed");
    List<Element> bars =
        elements(page, "g").stream()
            .filter(g -> g.getAttribute("class").startsWith("bar"))
            .toList();
    assertThat(bars).hasSizeGreaterThan(12);
    assertThat(bars)
        .allSatisfy(
            bar -> {
              assertThat(bar.getAttribute("tabindex")).isEqualTo("0");
              assertThat(bar.getElementsByTagName("title").getLength()).isEqualTo(1);
            });
    assertThat(bars).anyMatch(bar -> bar.getAttribute("class").equals("bar explained"));
    assertThat(bars)
        .filteredOn(bar -> bar.getAttribute("class").equals("bar broken"))
        .hasSizeGreaterThanOrEqualTo(4);
    assertThat(page.getDocumentElement().getTextContent())
        .contains("None of these can come next", "expected with", "--rules LIST-4 --seed 7");
  }

  @Test
  void aLongHistoryGivesAShortPage() throws Exception {
    List<Operation> operations = new ArrayList<>();
    String name = "x".repeat(30);
    for (int i = 0; i < 100_000; i++) {
      operations.add(
          i % 2 == 0
              ? put(i % 7, 4L * i, name + i % 20, i / 2 + 1)
              : new Operation(
                  i % 7, 4L * i, 4L * i + 2, new Call.Get(name, name), new Answer.Found(null)));
    }
    operations.add(types(1, 400_010));
    History history = new History(new History.Start(1, 0, Map.of(), List.of(), true), operations);
    String page =
        page(
            "long",
            List.of(failure("LIST-4", Evidence.of(history, null, List.of()), "y".repeat(100_000))));
    assertThat(page.length()).isBetween(10_000, 1_000_000);
    assertThat(elements(parsed(page), "figure")).hasSize(1);
  }

  @Test
  void aFileThatCannotBeReadIsTold() throws Exception {
    Outcome outcome = failure("LIST-4", calls("t"), "t");
    Files.writeString(folder.resolve(outcome.saved()), "databroker-history-4\nnonsense\nend\n");
    assertThat(page("b", List.of(outcome))).contains("could not be read for a drawing");
  }

  @Test
  void aRunWithoutViolationsHasAPage() throws Exception {
    Document page = parsed(page("right", List.of()));
    assertThat(elements(page, "figure")).isEmpty();
    assertThat(elements(page, "h1").get(0).getTextContent()).isEqualTo("Backend right");
  }

  @Test
  void aBrowserReadsIt() throws Exception {
    String browser = browser();
    Assumptions.assumeFalse(
        browser.isEmpty(), "not run: Chromium is not installed (apt-get install chromium)");
    Path file = Files.writeString(folder.resolve(HtmlReport.FILE), hostilePage());
    Path told = folder.resolve("dom.html");
    Process process =
        new ProcessBuilder(
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + folder.resolve("profile"),
                "--dump-dom",
                file.toUri().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(told.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String dom = Files.readString(told);
    assertThat(dom).contains("<figure>", "</html>").doesNotContain("<script", "<img");
    assertThat(dom.split("<svg ", -1)).hasSize(6);
    assertThat(dom.split("class=\"bar ", -1)).hasSizeGreaterThan(12);
  }

  private static String browser() {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .flatMap(path -> Stream.of(Path.of(path, "chromium"), Path.of(path, "google-chrome")))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse("");
  }
}
