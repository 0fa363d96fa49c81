package io.databroker.server.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.databroker.api.BackendState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * HTTP endpoint: {@code /metrics} in the text format of Prometheus, {@code /healthz} for "the
 * process answers", and {@code /readyz} for "the backend serves reads and writes", with the reason
 * and status 503 if it does not. It has no authentication, and shows no type, id or payload.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class MetricsEndpoint implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads;

  private MetricsEndpoint(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
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
    HttpServer server = HttpServer.create(address, 0);
    ExecutorService threads =
        Executors.newFixedThreadPool(
            2,
            work -> {
              Thread thread = new Thread(work, "databroker-metrics");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext(
        "/", exchange -> answer(exchange, "/", 404, "try /metrics, /healthz or /readyz\n"));
    server.createContext("/healthz", exchange -> answer(exchange, "/healthz", 200, "ok\n"));
    server.createContext(
        "/readyz",
        exchange -> {
          BackendState now = state.get();
          answer(exchange, "/readyz", now.takesWrites() ? 200 : 503, now + "\n");
        });
    server.createContext("/metrics", exchange -> answer(exchange, "/metrics", 200, metrics.text()));
    server.start();
    return new MetricsEndpoint(server, threads);
  }

  private static void answer(HttpExchange exchange, String path, int status, String text)
      throws IOException {
    try (exchange) {
      boolean known = exchange.getRequestURI().getPath().equals(path);
      boolean reads = exchange.getRequestMethod().matches("GET|HEAD");
      byte[] body =
          (known || status == 404 ? text : "not found\n").getBytes(StandardCharsets.UTF_8);
      exchange
          .getResponseHeaders()
          .set(
              "Content-Type",
              path.equals("/metrics")
                  ? "text/plain; version=0.0.4; charset=utf-8"
                  : "text/plain; charset=utf-8");
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(
          !reads ? 405 : known ? status : 404, !reads || head ? -1 : body.length);
      if (reads && !head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  /** Returns the port that it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
