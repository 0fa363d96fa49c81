package io.databroker.server.metrics;

import io.databroker.api.BackendState;
import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP endpoint: {@code /metrics} in the text format of Prometheus, {@code /healthz} for "the
 * process answers", and {@code /readyz} for "the backend serves reads and writes", with the reason
 * and status 503 if it does not. It has no authentication, and shows no type, id or payload.
 *
 * <p>A connection holds no thread while it waits, so slow clients delay nobody.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class MetricsEndpoint implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MetricsEndpoint.class);
  private static final int MOST_CONNECTIONS = 64;
  private static final int MOST_WAITING = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("databroker-http", true), NioIoHandler.newFactory());
  private final ExecutorService thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          new DefaultThreadFactory("databroker-metrics", true));
  private final ServerMetrics metrics;
  private final Supplier<BackendState> state;
  private final Duration patience;
  private volatile int port;

  private MetricsEndpoint(ServerMetrics metrics, Supplier<BackendState> state, Duration patience) {
    this.metrics = metrics;
    this.state = state;
    this.patience = patience;
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
    MetricsEndpoint endpoint = new MetricsEndpoint(metrics, state, patience);
    try {
      endpoint.bind(address);
      return endpoint;
    } catch (IOException e) {
      endpoint.close();
      throw e;
    }
  }

  private void bind(InetSocketAddress address) throws IOException {
    HttpConnections connections = new HttpConnections(MOST_CONNECTIONS);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(connections);
                    HttpExchanges.add(
                        channel.pipeline(), thread, patience, MetricsEndpoint.this::answer);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw bound.cause() instanceof IOException problem ? problem : new IOException(bound.cause());
    }
    port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
  }

  private HttpAnswer answer(String path) {
    try {
      return answerTo(path);
    } catch (RuntimeException e) {
      log.error("{} could not be answered", path, e);
      return HttpAnswer.plain(500, "the request failed; the server's log has the reason\n");
    }
  }

  private HttpAnswer answerTo(String path) {
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
    return port;
  }

  /** Closes all connections. Idempotent. */
  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    thread.shutdownNow();
  }
}
