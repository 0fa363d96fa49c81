package io.databroker.server.net;

import io.databroker.api.Bytes;
import io.grpc.Attributes;
import io.grpc.ServerCall;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelOutboundBuffer;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Error;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: the server resources that it holds, and the calls that wait for it to
 * read.
 *
 * <p>A call runs when few other calls of its connection run and the client has read most of its
 * answers. So a client that floods or does not read delays only its own calls.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class Connection {
  static final Attributes.Key<Connection> KEY = Attributes.Key.create("databroker-connection");

  /** Uncounted bytes that an open call may hold. */
  private static final int CALL_BYTES = 4 << 10;

  private final Connections all;
  private final @Nullable Channel channel;
  private final LoopTurn loop;
  private final @Nullable Executor loopTasks;
  private final CallTurns turns;
  private final Set<OpenCall> calls = ConcurrentHashMap.newKeySet();
  private final RecordPlaces records = new RecordPlaces();

  // Guarded by this.
  private long unsent;
  private long inRecords;
  private long inHeap;
  private long received;
  private long progressAt = System.nanoTime();
  private boolean cut;

  private final AtomicLong messages = new AtomicLong();
  private final AtomicInteger open = new AtomicInteger();

  /** Time of the connection's last call. */
  private volatile long idleSince = System.nanoTime();

  Connection(Connections all, @Nullable Channel channel) {
    this.all = all;
    this.channel = channel;
    this.loop = new LoopTurn(channel, all.round(channel), System::nanoTime);
    this.loopTasks = channel == null ? null : turnsOn(all.tasksOf(channel.eventLoop()));
    this.turns = new CallTurns(this::readsItsAnswers);
  }

  /** Returns an executor that runs one task at a time: connections of the loop take turns. */
  static @Nullable Executor turnsOn(@Nullable Executor loop) {
    return loop == null ? null : new SharedTurns(new Lane(loop, 1));
  }

  /** Returns the connection of a call. */
  public static Connection of(ServerCall<?, ?> call) {
    Connection connection = call.getAttributes().get(KEY);
    if (connection == null) {
      throw new IllegalStateException("the server was built without its transport filter");
    }
    return connection;
  }

  /** Returns the executor on which calls of this connection begin in a lane. */
  public Executor turns(Lane lane) {
    return turns.executor(lane);
  }

  /**
   * Returns the executor of short tasks on the connection's event loop; {@code otherwise} for a
   * connection without one.
   */
  public Executor loopTasks(Executor otherwise) {
    return loopTasks == null ? otherwise : loopTasks;
  }

  /** Returns whether this thread is the connection's event loop. */
  public boolean isHere() {
    return loop.isHere();
  }

  /**
   * Returns whether a short call may run on this thread: it is the connection's event loop, the
   * connection has not used it for long, and its client reads its answers.
   */
  public boolean mayRunHere() {
    return loop.isHere() && loop.hasTime() && readsItsAnswers();
  }

  /** Returns the turn on the event loop. */
  LoopTurn loop() {
    return loop;
  }

  /** Counts a call; returns false, without counting it, if too many calls are open in total. */
  public boolean open(OpenCall call) {
    if (!all.openCall(open.incrementAndGet() <= all.callsWithoutPlace())) {
      open.decrementAndGet();
      return false;
    }
    calls.add(call);
    return true;
  }

  /** Returns whether the connection has so few open calls that the total does not matter. */
  public boolean hasFewCalls() {
    return open.get() <= Connections.FEW;
  }

  /** Forgets a call that was counted. */
  public void close(OpenCall call) {
    if (calls.remove(call)) {
      idleSince = System.nanoTime();
      open.decrementAndGet();
      all.closeCall();
    }
  }

  Set<OpenCall> calls() {
    return calls;
  }

  /**
   * Runs the call immediately if it may run; otherwise later, on the executor of its lane.
   *
   * @param lane the threads that run such calls, including the current thread
   */
  public void run(Lane lane, Runnable call) {
    turns.run(lane, call);
  }

  /** Runs the call on the executor of its lane, when it may run. */
  public void runLater(Lane lane, Runnable call) {
    turns.runLater(lane, call);
  }

  private synchronized boolean readsItsAnswers() {
    return !cut && unsent + inRecords + inHeap < all.limits().room().unsentPerConnection();
  }

  /** Counts bytes handed to the transport. */
  public void unsent(long bytes) {
    boolean over;
    synchronized (this) {
      if (cut) {
        return;
      }
      if (unsent + inRecords == 0) {
        progressAt = System.nanoTime();
      }
      unsent += bytes;
      over = all.addUnsent(bytes);
    }
    if (over) {
      all.relieve("the server holds too many unread answers");
    }
  }

  /** Counts bytes that the transport has sent. */
  public void sent(long bytes) {
    synchronized (this) {
      if (!cut) {
        unsent -= bytes;
        progressAt = System.nanoTime();
        var unused = all.addUnsent(-bytes);
      }
    }
    turns.goOn();
    all.roomAgain();
  }

  /**
   * Takes room in the heap for one sending of a large record.
   *
   * @param woken true after a wait for room
   * @return null if there is none
   */
  public @Nullable RecordPlace place(Bytes record, boolean woken) {
    if (!all.records().take(record, woken)) {
      return null;
    }
    long now = System.nanoTime();
    RecordPlace place = new RecordPlace(this, record, now);
    synchronized (this) {
      if (unsent + inRecords == 0) {
        progressAt = now;
      }
      inRecords += record.size();
    }
    records.add(place);
    return place;
  }

  /** Runs the task when there may be room for the record, unless it {@code waits} no longer. */
  public void whenPlace(Bytes record, BooleanSupplier waits, Runnable task) {
    all.records().whenRoom(record, waits, task);
  }

  /** Called once for each place, when the record is sent. */
  void recordSent(RecordPlace place) {
    records.remove(place);
    synchronized (this) {
      inRecords -= place.record().size();
      progressAt = System.nanoTime();
    }
    all.records().giveBack(place.record());
    turns.goOn();
  }

  /** Returns whether a large record makes no progress while others wait for its room. */
  boolean keepsWantedRoom(long now, long patience, long most) {
    return all.records().hasWaiters() && records.hasStalledOne(now, patience, most);
  }

  /** Returns how often the transport had no direct memory. */
  public long shortages() {
    return all.shortages();
  }

  /** Counts the bytes of an answer that waits in the heap; a negative count ends the wait. */
  public void inHeap(long answer) {
    long bytes = all.limits().room().countedAsWaiting(answer);
    boolean over;
    synchronized (this) {
      if (cut) {
        return;
      }
      inHeap += bytes;
      over = all.addInHeap(bytes);
    }
    if (over) {
      all.relieve("the server holds too many answers that wait to be sent");
    } else if (bytes < 0) {
      turns.goOn();
    }
  }

  /** Counts messages sent to the client. */
  public void messagesSent(int more) {
    messages.addAndGet(more);
  }

  long messagesSent() {
    return messages.get();
  }

  /**
   * Returns whether the server's buffers have room for an answer of the given size; small answers
   * always fit.
   */
  public boolean hasRoom(long bytes) {
    return all.hasRoom(bytes);
  }

  /**
   * Runs the task when there may be room for that many bytes, unless it {@code waits} no longer.
   */
  public void whenRoom(long bytes, BooleanSupplier waits, Runnable task) {
    all.whenRoom(bytes, waits, task);
  }

  /** Counts received bytes of unfinished requests; a negative count removes them. */
  void received(long bytes) {
    boolean over;
    synchronized (this) {
      if (cut) {
        return;
      }
      received += bytes;
      over = all.addReceived(bytes);
    }
    if (over) {
      all.relieve("the server holds too many bytes of unfinished requests");
    }
  }

  /**
   * Returns the bytes that the connection holds, with an estimate for its open calls. Large records
   * have room of their own.
   */
  long held() {
    long known;
    synchronized (this) {
      if (cut) {
        return 0;
      }
      known = unsent + received + inHeap;
    }
    return known + unflushed() + (long) open.get() * CALL_BYTES;
  }

  /** Returns the bytes that the socket does not accept, because the client reads nothing. */
  long unflushed() {
    ChannelOutboundBuffer buffer = channel == null ? null : channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  /**
   * Returns the nanoseconds since the client last read an answer or a part of a large record, or
   * its oldest answer was sent; 0 if all answers are read.
   */
  long stalledFor(long now) {
    long idle = records.idle(now);
    synchronized (this) {
      return unsent + inRecords == 0 ? 0 : Math.min(idle, now - progressAt);
    }
  }

  /** Returns the nanoseconds since the connection's last call; 0 if a call is open. */
  long idleFor(long now) {
    return open.get() > 0 ? 0 : now - idleSince;
  }

  /** Asks an idle client to leave, because another client needs the connection. */
  void leaveIdle() {
    Channel leaving = channel;
    if (leaving == null || !leaving.isRegistered()) {
      return;
    }
    leaving
        .eventLoop()
        .execute(
            () -> {
              Http2ConnectionHandler handler = leaving.pipeline().get(Http2ConnectionHandler.class);
              if (handler != null && handler.connection().numActiveStreams() > 0) {
                all.admission().stays(leaving, this);
              } else {
                end(leaving, Http2Error.NO_ERROR, "idle, and another connection wants the place");
              }
            });
  }

  /** Releases the connection's resources after its client has left. */
  void gone() {
    synchronized (this) {
      if (!cut) {
        detach();
      }
    }
    turns.end();
  }

  /** Removes this connection from all counts. */
  private void detach() {
    cut = true;
    all.addUnsent(-unsent);
    all.addReceived(-received);
    all.addInHeap(-inHeap);
    unsent = 0;
    received = 0;
    inHeap = 0;
  }

  /** Ends the connection at once, with the reason in its GOAWAY frame. */
  void cut(String reason) {
    synchronized (this) {
      if (cut) {
        return;
      }
      detach();
    }
    turns.end();
    if (channel != null && channel.isRegistered()) {
      channel.eventLoop().execute(() -> end(channel, Http2Error.ENHANCE_YOUR_CALM, reason));
    }
  }

  /** The client shows the reason; unread bytes sent before are dropped. */
  private static void end(Channel channel, Http2Error error, String reason) {
    Http2ConnectionHandler handler = channel.pipeline().get(Http2ConnectionHandler.class);
    ChannelHandlerContext context = handler == null ? null : channel.pipeline().context(handler);
    if (handler != null && context != null) {
      var unused =
          handler.goAway(
              context,
              handler.connection().remote().lastStreamCreated(),
              error.code(),
              ByteBufUtil.writeUtf8(context.alloc(), reason),
              context.newPromise());
      context.flush();
    }
    channel.unsafe().close(channel.voidPromise());
  }
}
