package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.databroker.server.fixture.Certificates;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console and its data, as a client sees them. */
class ConsoleTest {
  private static final Pattern ADDRESS = Pattern.compile("console at https?://(\\S+)/");

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private RunningServer server;
  private String endpoint;

  private void start(String... options) throws Exception {
    List<String> all = new java.util.ArrayList<>(List.of("--console", "127.0.0.1:0"));
    all.addAll(List.of(options));
    server = RunningServer.start(all.toArray(String[]::new));
    endpoint = address(server);
  }

  static String address(RunningServer server) {
    Matcher told = ADDRESS.matcher(server.log());
    assertThat(told.find()).as(server.log()).isTrue();
    return told.group(1);
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.stop();
    }
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + endpoint + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonObject data(String path) throws Exception {
    HttpResponse<String> answer = get("/api/" + path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonParser.parseString(answer.body()).getAsJsonObject();
  }

  /** Returns the first of the members that each row has. */
  private static List<String> texts(JsonArray rows, String... members) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .map(row -> row.get(Stream.of(members).filter(row::has).findFirst().orElseThrow()))
        .map(JsonElement::getAsString)
        .toList();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private Path key(String name, int seed) throws Exception {
    byte[] key = new byte[32];
    java.util.Arrays.fill(key, (byte) seed);
    return Files.writeString(folder.resolve(name), Base64.getEncoder().encodeToString(key) + "\n");
  }

  @Test
  void thePageMayRunOnlyItsOwnScript() throws Exception {
    start();
    HttpResponse<String> page = get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
    assertThat(policy)
        .contains("default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'")
        .containsPattern("script-src 'sha256-[A-Za-z0-9+/]{43}='")
        .containsPattern("style-src 'sha256-[A-Za-z0-9+/]{43}='")
        .doesNotContain("unsafe");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(page.body().replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
    assertThat(page.body()).doesNotContain("innerHTML").doesNotContain("style=");
    assertThat(get("/api/overview").headers().firstValue("Content-Type"))
        .contains("application/json; charset=utf-8");
    assertThat(get("/api/nothing").statusCode()).isEqualTo(404);
    assertThat(get("/etc").statusCode()).isEqualTo(404);
  }

  @Test
  void recordsAreFoundByTheirIdsAndTexts() throws Exception {
    start();
    server.ask("put", "car", "7", "{\"color\":\"Blue\"}");
    server.ask("put", "car", "bluebird", "{\"color\":\"red\"}");
    server.ask("put", "owner", "7", "{\"name\":\"<b>Ann</b>\"}");
    JsonObject blue = data("records?text=blue");
    assertThat(texts(blue.getAsJsonArray("records"), "id")).containsExactly("7", "bluebird");
    assertThat(blue.get("matches").getAsLong()).isEqualTo(2);
    assertThat(blue.get("read").getAsLong()).isEqualTo(3);
    assertThat(blue.get("complete").getAsBoolean()).isTrue();
    assertThat(texts(data("records?type=owner").getAsJsonArray("records"), "data"))
        .containsExactly("{\"name\":\"<b>Ann</b>\"}");
    assertThat(data("record?type=car&id=7").get("data").getAsString())
        .isEqualTo("{\"color\":\"Blue\"}");
    assertThat(get("/api/record?type=car&id=8").statusCode()).isEqualTo(404);
    assertThat(get("/api/records?text=" + "x".repeat(4_097)).statusCode()).isEqualTo(400);
  }

  @Test
  void listsComeInPages() throws Exception {
    start();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      lines.append("{\"type\":\"t").append(1_000 + i).append("\",\"id\":\"one\"}\n");
      lines.append("{\"type\":\"many\",\"id\":\"").append(1_000 + i).append("\"}\n");
    }
    Cli.run(Cli.text(lines.toString()), server.with("import", "-"));
    JsonObject first = data("records?type=many");
    assertThat(first.getAsJsonArray("records")).hasSize(50);
    assertThat(first.get("more").getAsBoolean()).isTrue();
    JsonObject last = data("records?type=many&afterType=many&after=1099");
    assertThat(texts(last.getAsJsonArray("records"), "id")).hasSize(20).startsWith("1100");
    assertThat(last.get("more").getAsBoolean()).isFalse();
    JsonObject types = data("types");
    assertThat(types.getAsJsonArray("types")).hasSize(100);
    assertThat(types.get("all").getAsInt()).isEqualTo(121);
    assertThat(data("types?after=t1098").getAsJsonArray("types")).hasSize(21);
    assertThat(texts(data("types?text=T1119").getAsJsonArray("types"), "type"))
        .containsExactly("t1119");
    JsonObject history = data("history?type=many&id=1119");
    assertThat(texts(history.getAsJsonArray("changes"), "version")).containsExactly("240");
    assertThat(history.get("complete").getAsBoolean()).isTrue();
    assertThat(data("history").getAsJsonArray("changes")).hasSize(100);
    assertThat(data("history").get("complete").getAsBoolean()).isFalse();
    assertThat(texts(data("history?after=238").getAsJsonArray("changes"), "version"))
        .containsExactly("239", "240");
    assertThat(get("/api/history?after=999").statusCode()).isEqualTo(400);
    assertThat(get("/api/history?after=x").statusCode()).isEqualTo(400);
  }

  @Test
  void changesLeasesAndWatchersAreShown() throws Exception {
    start();
    server.ask("put", "car", "7", "{\"a\":1}");
    server.ask("delete", "car", "7");
    assertThat(server.ask("lease", "acquire", "billing", "--ttl", "60s").code()).isZero();
    JsonObject leases = data("leases");
    assertThat(texts(leases.getAsJsonArray("leases"), "name")).containsExactly("billing");
    assertThat(leases.getAsJsonArray("leases").get(0).getAsJsonObject().get("left").getAsLong())
        .isBetween(1L, 60_000L);
    JsonObject tail = awaitTail(rows -> rows.size() == 2);
    assertThat(texts(tail.getAsJsonArray("changes"), "deleted")).containsExactly("false", "true");
    assertThat(data("watchers").get("all").getAsInt()).isZero();
    JsonObject overview = data("overview");
    assertThat(overview.get("mode").getAsString()).isEqualTo("serving");
    assertThat(overview.get("latest").getAsString()).isEqualTo("2");
    assertThat(overview.get("leases").getAsInt()).isEqualTo(1);
    server.ask("clear", "--yes");
    server.ask("put", "car", "8", "{}");
    JsonObject later =
        awaitTail(rows -> rows.size() == 2 && rows.get(0).getAsJsonObject().has("gap"));
    assertThat(texts(later.getAsJsonArray("changes"), "gap", "id"))
        .containsExactly("a new history has begun", "8");
  }

  /** The tail is filled by a thread of its own. */
  private JsonObject awaitTail(Predicate<JsonArray> whole) throws Exception {
    JsonObject[] last = new JsonObject[1];
    io.databroker.server.fixture.Waiting.until(
        () -> {
          last[0] = data("tail");
          return whole.test(last[0].getAsJsonArray("changes"));
        });
    return last[0];
  }

  @Test
  void aKeyIsAskedForOnceThereIsOne() throws Exception {
    Path full = key("full", 1);
    Path reading = key("reading", 2);
    start("--shared-key-file", full.toString(), "--read-only-key-file", reading.toString());
    assertThat(get("/").statusCode()).isEqualTo(200);
    assertThat(get("/api/overview").statusCode()).isEqualTo(401);
    for (Path key : List.of(full, reading)) {
      assertThat(get("/api/overview", "Authorization", "Bearer " + token(key)).statusCode())
          .isEqualTo(200);
    }
    HttpResponse<String> foreign =
        get("/api/types", "Authorization", "Bearer " + token(key("other", 3)));
    assertThat(foreign.statusCode()).isEqualTo(401);
    assertThat(foreign.body()).contains("unauthenticated");
    assertThat(get("/api/types", "Authorization", "Bearer ").statusCode()).isEqualTo(401);
    assertThat(get("/api/types", "Authorization", "Basic " + token(full)).statusCode())
        .isEqualTo(401);
  }

  static String token(Path key) {
    Cli token = Cli.run("token", "--shared-key-file", key.toString());
    assertThat(token.code()).as(token.err()).isZero();
    return token.out().strip();
  }

  @Test
  void aTokenNeedsAKey() {
    Cli without = Cli.with(java.util.Map.of(), "token");
    assertThat(without.code()).isEqualTo(1);
    assertThat(without.err()).contains("--shared-key-file");
  }

  @Test
  void itListensBeyondLoopbackOnlyWithAuthentication() {
    Cli open = Cli.run("serve", "--console", "0.0.0.0:0", "--insecure-listen-anywhere");
    assertThat(open.code()).isEqualTo(1);
    assertThat(open.err()).contains("--console").contains("--shared-key-file");
    Cli checked = Cli.run("serve", "--check", "--console", "0.0.0.0:0");
    assertThat(checked.code()).isEqualTo(1);
    assertThat(checked.err()).contains("--console");
  }

  @Test
  void otherSitesAndOtherNamesOfLoopbackGetNothing() throws Exception {
    start();
    assertThat(status("Host: evil.example")).contains(" 403 ");
    assertThat(status("Host: 127.0.0.1.evil.example:80")).contains(" 403 ");
    assertThat(status("Host: localhost:" + endpoint.split(":", -1)[1])).contains(" 200 ");
    assertThat(status("Host: 127.0.0.1\r\nSec-Fetch-Site: cross-site")).contains(" 403 ");
    assertThat(status("Host: 127.0.0.1\r\nSec-Fetch-Site: same-origin")).contains(" 200 ");
  }

  private String status(String headers) throws Exception {
    int port = Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request = "GET /api/overview HTTP/1.1\r\n" + headers + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }

  @Test
  void itHasTheCertificateOfTheServer() throws Exception {
    Certificates own = Certificates.make(folder, "server");
    start("--tls-cert", own.certificate().toString(), "--tls-key", own.key().toString());
    assertThat(server.log()).contains("console at https://");
    assertThat(status("Host: 127.0.0.1")).isNull();
  }

  @Test
  void hostileTextIsAnsweredAsText() throws Exception {
    start();
    String id = "</script><img src=x onerror=alert(1)>'\"&\u2028\u202e";
    server.ask("put", "<type>&\"'", id, "{}");
    JsonObject found = data("records?type=" + encoded("<type>&\"'"));
    assertThat(texts(found.getAsJsonArray("records"), "id")).containsExactly(id);
    assertThat(
            data("record?type=" + encoded("<type>&\"'") + "&id=" + encoded(id))
                .get("id")
                .getAsString())
        .isEqualTo(id);
  }
}
