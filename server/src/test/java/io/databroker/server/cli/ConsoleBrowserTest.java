package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.fixture.Browser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real browser. {@code -Dconsole.pictures=FOLDER} keeps pictures of each view. */
class ConsoleBrowserTest {
  private static final String HOSTILE =
      "</script><img src=x onerror=\"document.title='broken'\"><script>document.title='broken'"
          + "</script>\u202egnp.exe";

  /** Makes the page ask the server at once, as when its tab is opened. */
  private static final String REFRESHED =
      "document.dispatchEvent(new Event('visibilitychange')) && ";

  @TempDir Path folder;

  @Test
  void theViewsShowWhatTheServerHolds() throws Exception {
    try (Browser browser = Browser.open(folder)) {
      Path key =
          Files.writeString(
              folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]) + "\n");
      RunningServer server =
          RunningServer.start("--console", "127.0.0.1:0", "--shared-key-file", key.toString());
      try {
        String[] signed = {"--shared-key-file", key.toString()};
        fill(server, signed);
        show(browser, server, key);
      } finally {
        server.stop();
      }
      browser.await(REFRESHED + "document.getElementById('state').textContent === 'no answer'");
      picture(browser, "away");
      assertThat(browser.eval("document.getElementById('toast').textContent"))
          .contains("does not answer");
    }
  }

  private static void fill(RunningServer server, String... signed) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 70; i++) {
      lines.append("{\"type\":\"car\",\"id\":\"").append(i);
      lines.append("\",\"data\":{\"color\":\"blue\",\"wheels\":").append(i).append("}}\n");
    }
    String json = new com.google.gson.JsonPrimitive(HOSTILE).toString();
    lines.append("{\"type\":").append(json).append(",\"id\":").append(json);
    lines.append(",\"data\":{").append(json).append(":").append(json).append("}}\n");
    lines.append("{\"type\":\"wide\",\"id\":\"").append("w".repeat(300)).append("\"}\n");
    ask(server, Cli.text(lines.toString()), signed, "import", "-");
    ask(server, Cli.text(""), signed, "delete", "car", "69");
    ask(server, Cli.text(""), signed, "lease", "acquire", "billing", "--ttl", "10m");
    ask(server, Cli.text(""), signed, "options", "set", "car", "--capacity", "1000", "--ttl", "7d");
  }

  private static void ask(
      RunningServer server, java.io.InputStream in, String[] signed, String... command) {
    String[] all = java.util.Arrays.copyOf(command, command.length + signed.length);
    System.arraycopy(signed, 0, all, command.length, signed.length);
    Cli done = Cli.run(in, server.with(all));
    assertThat(done.code()).as(done.err()).isZero();
  }

  private void show(Browser browser, RunningServer server, Path key) throws Exception {
    browser.look(1280, 900, false);
    browser.go("http://" + ConsoleTest.address(server) + "/");
    browser.await("document.activeElement && document.activeElement.id === 'token'");
    picture(browser, "signin");
    browser.type("not.a.token");
    browser.press("Enter");
    browser.await("document.getElementById('wrong').textContent.includes('not valid')");
    browser.type(ConsoleTest.token(key));
    browser.press("Enter");
    browser.await("document.getElementById('state').textContent === 'serving'");
    browser.await("document.querySelector('#view .figure').textContent !== '\u2013'");
    picture(browser, "overview");

    browser.eval("document.activeElement.blur()");
    browser.press("2");
    browser.await("document.querySelectorAll('#view tbody tr').length === 3");
    browser.await(REFRESHED + "document.querySelector('#view tbody').innerText.includes('69')");
    picture(browser, "types");

    browser.press("3");
    browser.await("document.querySelectorAll('#view tbody tr').length === 50");
    browser.press("/");
    browser.type("GNP.EXE");
    browser.press("Enter");
    browser.await("document.querySelectorAll('#view tbody tr').length === 1");
    picture(browser, "records");
    browser.eval("document.querySelector('#view tbody button').focus()");
    browser.press("Enter");
    browser.await("document.querySelector('#record[open] pre')");
    assertThat(browser.eval("document.querySelector('#record pre').textContent"))
        .contains("onerror=", "\\u202Egnp.exe");
    browser.eval("document.querySelector('#recordbody button').click()");
    browser.await("document.querySelectorAll('#recordbody tbody tr').length === 1");
    picture(browser, "record");
    browser.press("Escape");
    browser.await("!document.querySelector('#record[open]')");

    browser.press("4");
    browser.await("document.querySelectorAll('#view tbody tr').length >= 73");
    picture(browser, "changes");
    ask(
        server,
        Cli.text(""),
        new String[] {"--shared-key-file", key.toString()},
        "put",
        "car",
        "new",
        "{}");
    browser.await("document.querySelector('#view tbody tr').innerText.includes('new')");

    browser.press("5");
    browser.await("document.querySelector('#view tbody').innerText.includes('billing')");
    picture(browser, "leases");
    browser.press("6");
    browser.await("document.querySelector('#view .empty').textContent.includes('Nobody')");
    picture(browser, "watchers");

    assertThat(browser.eval("document.title")).doesNotContain("broken");
    assertThat(browser.eval("document.querySelectorAll('img, iframe').length")).isEqualTo("0");
    assertThat(browser.eval("document.querySelectorAll('script').length")).isEqualTo("1");
    isUsableOnASmallScreen(browser);
  }

  private void isUsableOnASmallScreen(Browser browser) throws Exception {
    browser.look(320, 640, true);
    for (String view :
        new String[] {"overview", "types", "records", "changes", "leases", "watchers"}) {
      browser.eval("location.hash = '#/" + view + "'");
      browser.await("document.querySelector('[data-view=" + view + "][aria-current]')");
      browser.await("!document.querySelector('#view').innerText.includes('Loading')");
      assertThat(
              Integer.parseInt(browser.eval("document.scrollingElement.scrollWidth - innerWidth")))
          .as("sideways scrolling of " + view)
          .isLessThanOrEqualTo(0);
      picture(browser, "small-" + view);
    }
    browser.look(1280, 900, true);
    browser.eval("location.hash = '#/overview'");
    browser.await("document.querySelector('#view .figure')");
    browser.await("document.querySelector('#view .figure').textContent !== '\u2013'");
    picture(browser, "dark");
  }

  private static void picture(Browser browser, String name) throws Exception {
    String to = System.getProperty("console.pictures");
    if (to != null) {
      browser.picture(Files.createDirectories(Path.of(to)).resolve(name + ".png"));
    }
  }
}
