package io.databroker.server.net;

import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.RecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.internal.PlatformDependent;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The sockets under a gRPC server: its event loops, its buffers, and their limits.
 *
 * <p><b>Thread-safety:</b> safe; the builder is used once.
 */
public final class Transport implements AutoCloseable {
  /** Resets of streams of any age that one client may send or cause in one window. */
  private static final int MOST_RESETS = 5_000;

  private static final int RESET_WINDOW_SECONDS = 10;

  /**
   * Bytes that a connection may send before the server reads them; fixed, so that the total is
   * known.
   */
  private static final int WINDOW = 1 << 20;

  /** Chunks of 2 MiB: the buffers grow and shrink in such steps. */
  private static final int MAX_ORDER = 8;

  /** Share of the direct memory, in quarters, beyond which large answers wait. */
  private static final int ALARMING_QUARTERS = 3;

  /** Time after which an idle event loop ends at a shutdown, in milliseconds. */
  private static final long QUIET = 200;

  /** Time after which every event loop ends at a shutdown, in milliseconds. */
  private static final long LAST = 2_000;

  /** Bytes that a loop reads from a socket in one read: about a hundred small calls at most. */
  private static final int LARGEST_PIECE = 16 << 10;

  private static final int FIRST_PIECE = 2 << 10;
  private static final int LEAST_PIECE = 64;

  private final NetworkLimits limits;
  private final Connections connections;
  private final FramingAllocator allocator;
  private final EventLoopGroup accepting;
  private final EventLoopGroup loops;

  /** Starts the event loops, without listening yet. */
  public Transport(NetworkLimits limits) {
    this.limits = limits;
    int threads = 2 * Runtime.getRuntime().availableProcessors();
    this.allocator = new FramingAllocator(threads, MAX_ORDER);
    this.connections =
        new Connections(
            limits,
            // Count whole chunks: the free room in them may be in pieces that are too small.
            allocator.metric()::usedDirectMemory,
            directMemory() / 4 * ALARMING_QUARTERS,
            allocator::shortages);
    this.accepting =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("databroker-accept", true), handlers());
    this.loops = new AdmittingGroup(threads, handlers(), connections.admission());
  }

  /** Returns the largest size of the transport's buffers in direct memory, in bytes. */
  public static long directMemory() {
    return PlatformDependent.maxDirectMemory();
  }

  /**
   * Reads one piece from a socket, then from the sockets of other connections. The default, 16
   * pieces of 64 KiB, lets a connection begin thousands of calls in one round of its loop.
   */
  private static RecvByteBufAllocator onePieceEach() {
    return new AdaptiveRecvByteBufAllocator(LEAST_PIECE, FIRST_PIECE, LARGEST_PIECE)
        .maxMessagesPerRead(1);
  }

  private static IoHandlerFactory handlers() {
    return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  private static Class<? extends ServerChannel> channelType() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /**
   * Returns a builder for a server on these sockets, which accepts requests up to the given size.
   */
  public NettyServerBuilder builder(
      InetSocketAddress listen, ServerCredentials credentials, int largestRequest) {
    NetworkLimits.Times times = limits.times();
    return NettyServerBuilder.forAddress(listen, credentials)
        .channelType(channelType())
        .bossEventLoopGroup(accepting)
        .workerEventLoopGroup(loops)
        .withChildOption(ChannelOption.ALLOCATOR, allocator)
        .withChildOption(ChannelOption.RECVBUF_ALLOCATOR, onePieceEach())
        .addTransportFilter(connections)
        .addStreamTracerFactory(ArrivalTracer.FACTORY)
        .decompressorRegistry(GzipRequests.REGISTRY)
        .maxInboundMessageSize(largestRequest)
        .flowControlWindow(WINDOW)
        .handshakeTimeout(times.handshake().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionIdle(times.idle().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAge(times.age().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAgeGrace(times.grace().toMillis(), TimeUnit.MILLISECONDS)
        .maxConcurrentCallsPerConnection(limits.callsPerConnection())
        .maxRstFramesPerWindow(MOST_RESETS, RESET_WINDOW_SECONDS)
        // Detect dead peers by keepalive, and tolerate clients that ping more often.
        .keepAliveTime(1, TimeUnit.MINUTES)
        .permitKeepAliveTime(5, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true);
  }

  /** Returns the connections of the given server. */
  public Connections connections() {
    return connections;
  }

  /** Returns a watchdog over these event loops and buffers, not started yet. */
  public Watchdog watchdog() {
    return new Watchdog(loops, allocator, connections);
  }

  /** Ends the event loops. Idempotent. */
  @Override
  public void close() {
    var unused = accepting.shutdownGracefully(QUIET, LAST, TimeUnit.MILLISECONDS);
    var ignored = loops.shutdownGracefully(QUIET, LAST, TimeUnit.MILLISECONDS);
  }
}
