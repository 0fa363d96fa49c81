package io.databroker.server.metrics;

import io.databroker.api.BackendState;
import io.databroker.server.http.HttpAnswer;
import io.databroker.server.http.HttpEndpoint;
import io.databroker.server.http.HttpQuestion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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

  /**
   * Largest number of concurrent scrapes; the other threads answer health checks, which never wait.
   */
  private static final int MOST_SCRAPES = 4;

  private static final int THREADS = MOST_SCRAPES + 2;

  /**
   * Sources of the readiness of a server whose store is open.
   *
   * @param state returns the state of the backend without waiting
   * @param trouble returns, without waiting, the reason why no call is served although the backend
   *     may serve; null if calls are served
   */
  private record Serving(Supplier<BackendState> state, Supplier<@Nullable String> trouble) {}

  private final ServerMetrics metrics;
  private volatile @Nullable Serving serving;
  private final Semaphore scrapes = new Semaphore(MOST_SCRAPES);
  private final HttpEndpoint http;

  /**
   * @param patience time from the first line of a request until its answer is read
   */
  MetricsEndpoint(InetSocketAddress address, ServerMetrics metrics, Duration patience)
      throws IOException {
    this.metrics = metrics;
    this.http =
        HttpEndpoint.start(
            address,
            new HttpEndpoint.Settings("databroker-metrics", THREADS, LONGEST_LINE, patience, null),
            this::answer);
  }

  /**
   * Starts an endpoint of a server that is not ready yet, because its store is opening.
   *
   * @throws IOException if the address is in use
   */
  public static MetricsEndpoint start(InetSocketAddress address, ServerMetrics metrics)
      throws IOException {
    return new MetricsEndpoint(address, metrics, PATIENCE);
  }

  /**
   * Shows from now on whether calls are served.
   *
   * @param state returns the state of the backend at once
   * @param trouble returns at once why no call is served, whatever that state is; null if calls are
   *     served
   */
  public void opened(Supplier<BackendState> state, Supplier<@Nullable String> trouble) {
    serving = new Serving(state, trouble);
  }

  private HttpAnswer answer(HttpQuestion question) {
    return switch (question.path()) {
      case "/metrics" -> scrape();
      case "/healthz" -> HttpAnswer.plain(200, "ok\n");
      case "/readyz" -> ready();
      default -> HttpAnswer.plain(404, "try /metrics, /healthz or /readyz\n");
    };
  }

  /** Reads the backend, which may wait for its engine; leaves threads free for the health. */
  private HttpAnswer scrape() {
    if (!scrapes.tryAcquire()) {
      return HttpAnswer.plain(503, "too many scrapes wait for the backend; try again later\n");
    }
    try {
      return new HttpAnswer(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
    } finally {
      scrapes.release();
    }
  }

  private HttpAnswer ready() {
    Serving open = serving;
    if (open == null) {
      return HttpAnswer.plain(503, "the store is opening; if that fails, the log has the reason\n");
    }
    BackendState now = open.state().get();
    String problem = open.trouble().get();
    return problem != null && now.takesWrites()
        ? HttpAnswer.plain(503, problem + "\n")
        : HttpAnswer.plain(now.takesWrites() ? 200 : 503, now + "\n");
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
