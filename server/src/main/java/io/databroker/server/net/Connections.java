package io.databroker.server.net;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelPipeline;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.SingleThreadEventLoop;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionHandler;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections and the bytes that they hold in total.
 *
 * <p>When the transport's buffers are full, it cuts off the connection with the most bytes. So a
 * client that does not read, or does not finish its requests, does not block others.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class Connections extends ServerTransportFilter {
  private static final Logger log = LoggerFactory.getLogger(Connections.class);

  /** An answer up to this size, such as that of a health check or a small get, needs no room. */
  private static final long SMALL = 64 << 10;

  /** Time after which a stalled reader is cut off, if others wait for the buffers that it holds. */
  private static final long PRESSED_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Time for a request to arrive completely while the server stops. */
  private static final long STOPPING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Number of connections cut off in one step. */
  private static final int MOST_CUT = 64;

  /** A connection that holds less is not cut off, because its client may be well-behaved. */
  private static final long WORTH_CUTTING = 256 << 10;

  /** Open calls that each connection may have, even if the limit for all is reached. */
  static final int FEW = 8;

  private final NetworkLimits limits;
  private final NetworkLimits.Room room;
  private final Admission admission;
  private final LongSupplier buffers;
  private final long mostBuffers;

  /** True while the buffers are nearly full; checked when a large answer is counted. */
  private volatile boolean tight;

  private volatile boolean stopping;

  private final Map<Executor, LoopRound> rounds = new ConcurrentHashMap<>();
  private final Set<Connection> ready = ConcurrentHashMap.newKeySet();
  private final AtomicLong unsent = new AtomicLong();
  private final AtomicLong inHeap = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger connected = new AtomicInteger();
  private final Map<EventLoop, LoopTasks> loopTasks = new ConcurrentHashMap<>();
  private final RoomQueue waiting = new RoomQueue();
  private final RecordRoom records;
  private final LongSupplier shortages;

  /** Creates the set without connections. */
  public Connections(NetworkLimits limits) {
    this(limits, () -> 0, Long.MAX_VALUE, () -> 0);
  }

  /**
   * Creates the set without connections.
   *
   * @param buffers bytes of the transport's buffers in use
   * @param mostBuffers bytes of buffers at which large answers wait, and the largest connections
   *     are cut off
   * @param shortages counts when there was no memory for a buffer
   */
  public Connections(
      NetworkLimits limits, LongSupplier buffers, long mostBuffers, LongSupplier shortages) {
    this.limits = limits;
    this.room = limits.room();
    this.admission = new Admission(limits);
    this.buffers = buffers;
    this.mostBuffers = mostBuffers;
    this.shortages = shortages;
    this.records = new RecordRoom(room.records());
  }

  /** Returns the executor of short tasks on the given loop, which all its connections share. */
  @Nullable Executor tasksOf(EventLoop loop) {
    return loop instanceof SingleThreadEventLoop single
        ? loopTasks.computeIfAbsent(loop, any -> new LoopTasks(single, System::nanoTime))
        : null;
  }

  NetworkLimits limits() {
    return limits;
  }

  Admission admission() {
    return admission;
  }

  /** Returns the room for large records that are being sent. */
  RecordRoom records() {
    return records;
  }

  long shortages() {
    return shortages.getAsLong();
  }

  /**
   * Called by gRPC when a client's HTTP/2 settings have arrived, on the connection's event loop.
   */
  @Override
  public Attributes transportReady(Attributes attributes) {
    Channel channel =
        admission.handshakeDone(
            attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
            attributes.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR));
    Connection connection = new Connection(this, channel);
    if (channel != null) {
      guard(channel.pipeline(), connection);
      admission.ready(channel, connection);
    }
    ready.add(connection);
    connected.incrementAndGet();
    return attributes.toBuilder().set(Connection.KEY, connection).build();
  }

  /** Returns the round of a channel's event loop, which all its connections share. */
  LoopRound round(@Nullable Channel channel) {
    return channel == null
        ? new LoopRound(Runnable::run)
        : rounds.computeIfAbsent(channel.eventLoop(), LoopRound::new);
  }

  private static void guard(ChannelPipeline pipeline, Connection connection) {
    Http2ConnectionHandler handler = pipeline.get(Http2ConnectionHandler.class);
    if (handler != null) {
      handler.setCumulator(new UnreadBytes());
      FloodGuard.guard(handler, connection);
      pipeline.addBefore(
          pipeline.context(handler).name(), null, new ReadWhileRead(connection.loop()));
    }
  }

  @Override
  public void transportTerminated(@Nullable Attributes attributes) {
    Connection connection = attributes == null ? null : attributes.get(Connection.KEY);
    if (connection != null) {
      if (ready.remove(connection)) {
        connected.decrementAndGet();
      }
      connection.calls().forEach(connection::close);
      connection.gone();
      waiting.wake();
    }
  }

  /**
   * Counts a call; returns false if the limit for all is reached, unless {@code always} is true.
   */
  boolean openCall(boolean always) {
    if (calls.incrementAndGet() > limits.calls() && !always) {
      calls.decrementAndGet();
      return false;
    }
    return true;
  }

  /**
   * Returns how many calls each connection may have even if the limit for all is reached: its share
   * of half of that limit, but never fewer than {@link #FEW}. So one client cannot exhaust the
   * limit for all others.
   */
  int callsWithoutPlace() {
    return Math.max(FEW, limits.calls() / 2 / Math.max(1, connected.get()));
  }

  void closeCall() {
    calls.decrementAndGet();
  }

  /** Counts unsent bytes; returns true if even small answers have no room now. */
  boolean addUnsent(long bytes) {
    if (bytes > SMALL) {
      tight =
          buffers.getAsLong()
              > mostBuffers; // a little more than the count: each stream holds some bytes
    }
    return unsent.addAndGet(bytes) > 2 * room.unsent() && bytes > 0;
  }

  /** Counts answers held in the heap, in bytes; returns whether they exceed the limit. */
  boolean addInHeap(long bytes) {
    return inHeap.addAndGet(bytes) > room.waiting() && bytes > 0;
  }

  /** Counts received bytes; returns whether they exceed the limit. */
  boolean addReceived(long bytes) {
    return received.addAndGet(bytes) > room.received() && bytes > 0;
  }

  boolean hasRoom(long bytes) {
    return fits(0, bytes);
  }

  private boolean fits(long granted, long bytes) {
    long most = tight ? room.unsent() / 4 : room.unsent();
    long used = unsent.get() + granted;
    return bytes <= SMALL
        || used + bytes <= most
        || used <= 0; // at least one, or no connection would make progress
  }

  /**
   * Runs the task when there may be room for that many bytes, unless it {@code waits} no longer.
   */
  void whenRoom(long bytes, BooleanSupplier waits, Runnable task) {
    waiting.add(granted -> fits(granted, bytes) ? granted + bytes : -1, waits, task);
  }

  /** Runs the tasks that wait for room, as far as there is room. */
  void roomAgain() {
    waiting.wake();
  }

  /** Cuts off the connections with the most bytes, until the totals are within the limits. */
  synchronized void relieve(String reason) {
    for (int i = 0; i < MOST_CUT && over() && cutLargest(reason) > 0; i++) {
      // each cut lowers the counts
    }
  }

  private boolean over() {
    return unsent.get() > 2 * room.unsent()
        || inHeap.get() > room.waiting()
        || received.get() > room.received();
  }

  /**
   * Cuts off the connection with the most bytes and returns their number; 0 if none holds enough.
   */
  synchronized long cutLargest(String reason) {
    Connection largest = null;
    long most = 0;
    for (Connection each : ready) {
      long held = each.held();
      if (held > Math.max(most, WORTH_CUTTING)) {
        most = held;
        largest = each;
      }
    }
    if (largest != null) {
      cut(largest, reason);
    }
    return most;
  }

  private void cut(Connection connection, String reason) {
    log.warn("cut off a connection: {}", reason);
    connection.cut(reason);
    waiting.wake();
  }

  /** Ends calls and connections that have made no progress for too long; called often. */
  public void sweep() {
    long now = System.nanoTime();
    long request = stopping ? STOPPING_NANOS : limits.times().request().toNanos();
    long stall = limits.times().stall().toNanos();
    long unflushed = 0;
    records.sweep();
    waiting.forget();
    for (Connection connection : ready) {
      long stalled = connection.stalledFor(now);
      if (stalled > 2 * stall
          || (stalled > PRESSED_NANOS && waiting.hasWaiters() && full())
          || connection.keepsWantedRoom(now, PRESSED_NANOS, stall)) {
        cut(connection, "reader-stalled: the client does not read its answers");
        continue;
      }
      unflushed += connection.unflushed();
      for (OpenCall call : connection.calls()) {
        endIfStalled(call, now, request, stall);
      }
    }
    free(unflushed - 2 * room.unsent(), "reader-stalled: the client reads nothing");
    long tooMany = buffers.getAsLong() - mostBuffers;
    tight = tooMany > 0;
    free(tooMany, "the server's buffers are nearly full");
    waiting.wake();
  }

  private static void endIfStalled(OpenCall call, long now, long request, long stall) {
    long since = call.waitingForRequestSince();
    long unread = call.unreadSince();
    try {
      if (since != 0 && now - since > request) {
        call.endIncomplete();
      } else if (unread != 0 && now - unread > stall) {
        call.endUnread();
      }
    } catch (RuntimeException e) { // the other calls must be swept too
      log.warn("a stalled call could not be ended: {}", e.toString());
    }
  }

  /** Ends incomplete requests soon from now on, because the server stops. */
  public void stop() {
    stopping = true;
  }

  /** Cuts off the largest connections until they have freed that many bytes. */
  private void free(long bytes, String reason) {
    long freed = 0;
    for (int i = 0; i < MOST_CUT && freed < bytes; i++) {
      long held = cutLargest(reason);
      if (held == 0) {
        return;
      }
      freed += held;
    }
  }

  private boolean full() {
    return unsent.get() >= room.unsent() / 2;
  }

  /** Returns the number of open connections, including those without a handshake. */
  public int count() {
    return admission.count();
  }

  /** Returns the bytes of answers in the transport's buffers. */
  public long unsentBytes() {
    return unsent.get();
  }

  /** Returns the bytes of unfinished requests in the transport's buffers. */
  public long receivedBytes() {
    return received.get();
  }

  /** Open calls. */
  public int calls() {
    return calls.get();
  }
}
