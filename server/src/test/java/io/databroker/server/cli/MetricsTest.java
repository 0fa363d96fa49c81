package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.fixture.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Metrics and health of a server, as a scraper sees them. */
class MetricsTest {
  private static final Pattern NAME =
      Pattern.compile("\\b(?:databroker|grpc|jvm|process)_[a-z0-9_]*[a-z0-9]");

  /** Metrics of the other backends; their {@code CountersTest} checks the names. */
  private static final Set<String> OF_OTHERS =
      Set.of(
          "databroker_backend_journal_bytes",
          "databroker_backend_connections_open",
          "databroker_backend_connections_busy",
          "databroker_backend_connections_awaited");

  private final HttpClient client = HttpClient.newHttpClient();
  private RunningServer server;
  private String endpoint;

  @BeforeEach
  void start() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    endpoint = "127.0.0.1:" + port;
    server = RunningServer.start("--metrics", endpoint);
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://" + endpoint + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void callsAreCountedByMethodAndOutcome() throws Exception {
    server.ask("put", "car", "7", "{}");
    server.ask("get", "car", "7");
    server.ask("get", "car", "8");
    server.ask("lease", "acquire", "leader", "--ttl", "1h");
    String text = get("/metrics").body();
    assertThat(text)
        .contains(
            "databroker_backend_calls_seconds_count{backend=\"inmemory\",method=\"put\",outcome=\"ok\"}"
                + " 1")
        .contains(
            "databroker_backend_calls_seconds_count{backend=\"inmemory\",method=\"get\",outcome=\"ok\"}"
                + " 2")
        .contains("databroker_backend_records_written_total{backend=\"inmemory\"} 1.0")
        .contains("databroker_backend_types{backend=\"inmemory\"} 1.0")
        .contains("databroker_backend_version{backend=\"inmemory\"} 1.0")
        .contains("databroker_backend_history_changes{backend=\"inmemory\"} 1.0")
        .contains("databroker_backend_state{backend=\"inmemory\",mode=\"serving\"} 1.0")
        .contains("databroker_backend_history_bytes{backend=\"inmemory\"}")
        .contains("databroker_server_connections_open ", "databroker_server_calls_open ")
        .contains("databroker_server_watchers_open 0.0", "databroker_server_leases_held 1.0")
        .containsPattern(
            "grpc_server_processing_duration_seconds_count\\{.*statusCode=\"NOT_FOUND\"");
  }

  @Test
  void typesAndIdsAddNoMeters() throws Exception {
    server.ask("put", "first", "1", "{}");
    long before = ours(get("/metrics").body());
    for (int i = 0; i < 5; i++) {
      server.ask("put", "type" + i, "id" + i, "{}");
    }
    String text = get("/metrics").body();
    assertThat(ours(text)).isEqualTo(before);
    assertThat(text).doesNotContain("type3").doesNotContain("id3");
  }

  /** Returns the number of our meters; the JVM adds some of its own at its first collection. */
  private static long ours(String text) {
    return text.lines().filter(line -> !line.contains("jvm_")).count();
  }

  @Test
  void healthAndReadinessAreTold() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").body()).isEqualTo("serving\n");
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(get("/metrics/x").statusCode()).isEqualTo(404);
    HttpResponse<String> posted =
        client.send(
            HttpRequest.newBuilder(URI.create("http://" + endpoint + "/metrics"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(posted.statusCode()).isEqualTo(405);
  }

  @Test
  void theDashboardAndTheAlertsNameOnlyMetricsThatExist() throws Exception {
    System.gc();
    // A pause has a meter once the JVM has reported a pause.
    Waiting.until(() -> get("/metrics").body().contains("jvm_gc_pause_seconds_sum"));
    server.ask("put", "car", "7", "{}");
    Set<String> known = new TreeSet<>(OF_OTHERS);
    get("/metrics")
        .body()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> known.add(line.replaceAll("[{ ].*", "")));
    for (String file : new String[] {"grafana-dashboard.json", "prometheus-alerts.yaml"}) {
      String text = Files.readString(Path.of("..", "docs", file));
      Set<String> named = new TreeSet<>();
      NAME.matcher(text).results().forEach(found -> named.add(found.group()));
      assertThat(named).as(file).isNotEmpty().allSatisfy(name -> assertThat(known).contains(name));
    }
  }

  @Test
  void anAddressInUseIsNamed() {
    Cli second = Cli.run("serve", "--listen", "127.0.0.1:0", "--metrics", endpoint);
    assertThat(second.code()).isEqualTo(1);
    assertThat(second.err()).contains("--metrics").contains(endpoint);
  }
}
