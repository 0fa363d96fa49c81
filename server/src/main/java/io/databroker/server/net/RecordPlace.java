package io.databroker.server.net;

import io.databroker.api.Bytes;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Room that one sending of a large record takes until the transport has sent its last byte, and its
 * progress until then.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class RecordPlace {
  /** Bytes that a client must take to count as one that reads. */
  private static final int STEP = 64 << 10;

  private final Connection connection;
  private volatile @Nullable Bytes record;
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile @Nullable ByteBuf buffer;

  // Guarded by this.
  private int seen;
  private long movedAt;

  RecordPlace(Connection connection, Bytes record, long now) {
    this.connection = connection;
    this.record = record;
    this.movedAt = now;
  }

  /** Returns the record; not to be called once the room is given back. */
  Bytes record() {
    return Objects.requireNonNull(record);
  }

  /** Sets the buffer that the transport reads. */
  void sentFrom(ByteBuf reading) {
    buffer = reading;
  }

  /** Returns when the client last took a part of the record, by {@link System#nanoTime}. */
  public synchronized long movedAt(long now) {
    ByteBuf reading = buffer;
    if (reading != null && reading.readerIndex() - seen >= STEP) {
      seen = reading.readerIndex();
      movedAt = now;
    }
    return movedAt;
  }

  /** Gives the room back. Idempotent. */
  public void giveBack() {
    if (over.compareAndSet(false, true)) {
      connection.recordSent(this);
      record = null; // a stream keeps its last place
      buffer = null;
    }
  }

  /** Gives the room back, unless the transport reads the record and will give it back. */
  public void giveBackUnsent() {
    if (buffer == null) {
      giveBack();
    }
  }
}
