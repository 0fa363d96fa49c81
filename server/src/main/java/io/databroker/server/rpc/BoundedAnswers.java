package io.databroker.server.rpc;

import io.databroker.server.net.Connection;
import io.databroker.server.net.RecordPlace;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Answers of one call, counted while they are in the transport's buffers.
 *
 * <p>A single answer is counted until the client has received it, which ends the call. A large
 * answer waits outside the buffers until they have room, and is encoded on the threads of its lane.
 * The messages of a stream are counted while the transport has no room for further ones. A {@link
 * LargeRecord} needs no buffers; it waits for room among the records that are being sent.
 *
 * <p><b>Thread-safety:</b> used by one thread at a time, but for {@link #unreadSince} and {@link
 * #end}.
 */
final class BoundedAnswers<A> extends SimpleForwardingServerCall<InputStream, A> {
  /** Bytes, including frames, that a stream may have in the buffers while gRPC reports it ready. */
  private static final long READY = 32 << 10;

  /** Messages between two reports to the connection. */
  private static final int REPORT = 64;

  private static final long ANY_ROOM = 1 << 20;

  private final Connection connection;
  private final Executor executor;
  private final boolean one;
  private Runnable readyAgain = () -> {};
  private int messages;
  private long sinceReady;
  private volatile long unreadSince;
  private volatile @Nullable RecordPlace sending;
  private volatile boolean awaitingRoom;
  private volatile boolean closed;

  // Guarded by this.
  private long counted;

  /** Written under the lock. */
  private volatile boolean over;

  // Answer that waits for room.
  private @Nullable A waiting;
  private long waitingSize;
  private @Nullable Status status;
  private @Nullable Metadata trailers;

  BoundedAnswers(ServerCall<InputStream, A> call, Connection connection, Executor executor) {
    super(call);
    this.connection = connection;
    this.executor = executor;
    this.one = call.getMethodDescriptor().getType().serverSendsOneMessage();
  }

  /** Task to run when the stream may be ready again without a report from gRPC. */
  void readyAgain(Runnable task) {
    readyAgain = task;
  }

  private static long size(Object message) {
    try {
      return message instanceof KnownLength ? ((InputStream) message).available() : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a stream in memory never throws one
    }
  }

  @Override
  public void sendMessage(A message) {
    long size = size(message);
    if (!one) {
      if (++messages % REPORT == 0) {
        connection.messagesSent(REPORT);
      }
      long before = connection.shortages();
      if (message instanceof LargeRecord.Stream record) {
        sendRecord(message, record);
      } else {
        sinceReady += size;
        super.sendMessage(message);
      }
      if (connection.shortages() != before) {
        throw Statuses.noBuffers(); // the message itself is complete
      }
    } else if (!sendsNow(message, size, false)) {
      synchronized (this) {
        if (over) {
          return;
        }
        waiting = message;
        waitingSize = size;
      }
      connection.inHeap(size);
    }
  }

  private void sendRecord(A message, LargeRecord.Stream record) {
    sending = record.send(() -> super.sendMessage(message));
  }

  /** Sends a single answer, unless it has to wait; returns whether it was sent. */
  private boolean sendsNow(A message, long size, boolean woken) {
    if (message instanceof LargeRecord.Stream record) {
      if (!record.message().takePlace(connection, woken)) {
        return false;
      }
      connection.messagesSent(1);
      sendRecord(message, record);
      return true;
    }
    if (!connection.hasRoom(size) || (CallPlaces.isLarge(size) && connection.isHere())) {
      return false;
    }
    count(size);
    super.sendMessage(message);
    return true;
  }

  @Override
  public void close(Status closing, Metadata closingTrailers) {
    closed = true;
    synchronized (this) {
      if (waiting != null) {
        status = closing;
        trailers = closingTrailers;
        awaitRoomFor(waiting);
        return;
      }
    }
    super.close(closing, closingTrailers);
  }

  private void awaitRoomFor(A message) {
    Runnable send = () -> executor.execute(this::sendWhatWaits);
    if (message instanceof LargeRecord.Stream record) {
      record.message().whenPlace(connection, () -> !over, send);
    } else {
      connection.whenRoom(waitingSize, () -> !over, send);
    }
  }

  private void sendWhatWaits() {
    A message;
    Status closing;
    Metadata closingTrailers;
    synchronized (this) {
      if (over || waiting == null || status == null || trailers == null) {
        return;
      }
      message = waiting;
      closing = status;
      closingTrailers = trailers;
    }
    if (!sendsNow(message, waitingSize, true)) {
      awaitRoomFor(message);
      return;
    }
    waitsNoLonger();
    super.close(closing, closingTrailers); // even if the client left: gRPC still holds a buffer
  }

  private void waitsNoLonger() {
    boolean waited;
    synchronized (this) {
      waited = waiting != null;
      waiting = null;
    }
    if (waited) {
      connection.inHeap(-waitingSize);
    }
  }

  private void count(long bytes) {
    connection.messagesSent(1);
    synchronized (this) {
      if (!over) {
        counted += bytes;
        connection.unsent(bytes);
      }
    }
  }

  /** Returns whether the transport has room for more messages of a stream. */
  @Override
  public boolean isReady() {
    boolean ready = super.isReady();
    if (one) {
      return ready;
    }
    if (!ready) {
      if (unreadSince == 0) {
        unreadSince = System.nanoTime() | 1;
        count(READY + sinceReady);
      }
      return false;
    }
    sinceReady = 0;
    if (unreadSince != 0) {
      unreadSince = 0;
      discount();
    }
    if (!connection.hasRoom(ANY_ROOM)) {
      awaitRoom();
      return false;
    }
    return true;
  }

  private void awaitRoom() {
    if (!awaitingRoom) {
      awaitingRoom = true;
      connection.whenRoom(
          ANY_ROOM, () -> !over && !closed, () -> executor.execute(this::mayHaveRoom));
    }
  }

  private void mayHaveRoom() {
    awaitingRoom = false;
    readyAgain.run();
  }

  private void discount() {
    long bytes;
    synchronized (this) {
      bytes = counted;
      counted = 0;
    }
    if (bytes > 0) {
      connection.sent(bytes);
    }
  }

  /** Returns whether the call has its answer or a status. */
  boolean closed() {
    return closed;
  }

  /** Returns the time at which the client stopped reading a stream; 0 if it reads. */
  long unreadSince() {
    long since = unreadSince;
    RecordPlace record = sending;
    if (since == 0 || record == null) {
      return since;
    }
    long moved = record.movedAt(System.nanoTime());
    return moved - since > 0 ? moved | 1 : since;
  }

  /** Records that the call is over and its answers have left the buffers. */
  void end() {
    synchronized (this) {
      over = true;
    }
    waitsNoLonger();
    unreadSince = 0;
    discount();
  }
}
