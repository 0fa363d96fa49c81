package io.databroker.server.metrics;

import io.databroker.api.BackendState;
import io.databroker.server.http.HttpAnswer;
import io.databroker.server.http.HttpEndpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * HTTP endpoint: {@code /metrics} in the text format of Prometheus, {@code /healthz} for "the
 * process answers", and {@code /readyz} for "the backend serves reads and writes", with the reason
 * and status 503 if it does not. It has no authentication, and shows no type, id or payload.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class MetricsEndpoint implements AutoCloseable {
  private static final int LONGEST_LINE = 4 << 10;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpEndpoint http;

  private MetricsEndpoint(HttpEndpoint http) {
    this.http = http;
  }

  /**
   * Starts an endpoint.
   *
   * @param state returns the state of the backend at once
   * @throws IOException if the address is in use
   */
  public static MetricsEndpoint start(
      InetSocketAddress address, ServerMetrics metrics, Supplier<BackendState> state)
      throws IOException {
    return start(address, metrics, state, PATIENCE);
  }

  /**
   * Starts an endpoint.
   *
   * @param patience time for a request to arrive and for its answer to be read
   */
  static MetricsEndpoint start(
      InetSocketAddress address,
      ServerMetrics metrics,
      Supplier<BackendState> state,
      Duration patience)
      throws IOException {
    return new MetricsEndpoint(
        HttpEndpoint.start(
            address,
            new HttpEndpoint.Settings("databroker-metrics", 1, LONGEST_LINE, patience, null),
            question -> answer(question.path(), metrics, state)));
  }

  private static HttpAnswer answer(
      String path, ServerMetrics metrics, Supplier<BackendState> state) {
    return switch (path) {
      case "/metrics" ->
          new HttpAnswer(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
      case "/healthz" -> HttpAnswer.plain(200, "ok\n");
      case "/readyz" -> {
        BackendState now = state.get();
        yield HttpAnswer.plain(now.takesWrites() ? 200 : 503, now + "\n");
      }
      default -> HttpAnswer.plain(404, "try /metrics, /healthz or /readyz\n");
    };
  }

  /** Returns the port that it listens on. */
  public int port() {
    return http.port();
  }

  /** Closes all connections. Idempotent. */
  @Override
  public void close() {
    http.close();
  }
}
