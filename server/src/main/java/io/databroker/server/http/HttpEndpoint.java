package io.databroker.server.http;

import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP server for a few clients. It answers GET and HEAD requests from a function, on threads of
 * its own. A connection holds no thread while it waits, so slow clients delay nobody.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class HttpEndpoint implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpEndpoint.class);
  private static final int MOST_CONNECTIONS = 64;
  private static final int MOST_WAITING = 32;

  /**
   * Settings of an endpoint.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param name the name of its threads
   * @param threads number of threads that compute answers
   * @param longestLine largest first line of a request, in bytes
   * @param patience time for a request to arrive and for its answer to be read
   * @param tls certificate and key; null for plain text
   */
  public record Settings(
      String name, int threads, int longestLine, Duration patience, @Nullable SslContext tls) {}

  private final Settings settings;
  private final Function<HttpQuestion, HttpAnswer> answers;
  private final EventLoopGroup loop;
  private final ExecutorService threads;
  private volatile int port;

  private HttpEndpoint(Settings settings, Function<HttpQuestion, HttpAnswer> answers) {
    this.settings = settings;
    this.answers = answers;
    this.loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory(settings.name + "-http", true), NioIoHandler.newFactory());
    this.threads =
        new ThreadPoolExecutor(
            settings.threads,
            settings.threads,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            new DefaultThreadFactory(settings.name, true));
  }

  /**
   * Starts an endpoint.
   *
   * @param answers returns the answer to a request; may wait
   * @throws IOException if the address cannot be used
   */
  public static HttpEndpoint start(
      InetSocketAddress address, Settings settings, Function<HttpQuestion, HttpAnswer> answers)
      throws IOException {
    HttpEndpoint endpoint = new HttpEndpoint(settings, answers);
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
            // A client may end its output before it reads the answer.
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    add(channel, connections);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw bound.cause() instanceof IOException problem ? problem : new IOException(bound.cause());
    }
    port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
  }

  private void add(Channel channel, HttpConnections connections) {
    channel.pipeline().addLast(connections);
    if (settings.tls != null) {
      channel.pipeline().addLast(settings.tls.newHandler(channel.alloc()));
    }
    HttpExchanges.add(
        channel.pipeline(), threads, settings.longestLine, settings.patience, this::answer);
  }

  private HttpAnswer answer(HttpQuestion question) {
    try {
      return answers.apply(question);
    } catch (RuntimeException | Error e) { // otherwise the client would wait for nothing
      log.error("{} could not be answered", question, e);
      return HttpAnswer.plain(500, "the request failed; the server's log has the reason\n");
    }
  }

  /** Returns the port that it listens on. */
  public int port() {
    return port;
  }

  /** Closes all connections. Idempotent. */
  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    threads.shutdownNow();
  }
}
