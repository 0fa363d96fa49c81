package io.databroker.server.rpc;

import io.databroker.api.Bytes;
import io.databroker.server.net.Connection;
import io.databroker.server.net.Passage;
import io.databroker.server.net.RecordPlace;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Message of one large record: the bytes before the payload, the stored payload itself, and the
 * bytes after it. It is sent without a copy of the payload, and needs a place among the large
 * records until then.
 *
 * <p><b>Thread-safety:</b> none; sent once, by one thread.
 */
final class LargeRecord extends Encoded {
  private static final int PIECE = 16 << 10;

  private final byte[] head;
  private final Bytes payload;
  private final byte[] tail;
  private @Nullable RecordPlace place;

  /** Takes over the arrays, which must not change any more. */
  LargeRecord(byte[] head, Bytes payload, byte[] tail) {
    this.head = head;
    this.payload = payload;
    this.tail = tail;
  }

  @Override
  InputStream stream() {
    return new Stream(this);
  }

  int size() {
    return head.length + payload.size() + tail.length;
  }

  /**
   * Takes its place among the records that are being sent.
   *
   * @param woken true after a wait for a place
   * @return false if there is none
   */
  boolean takePlace(Connection connection, boolean woken) {
    if (place == null) {
      place = connection.place(payload, woken);
    }
    return place != null;
  }

  /** Gives the place back if the record was not sent. */
  void leave() {
    if (place != null) {
      place.giveBackUnsent();
    }
  }

  /** Runs the task when there may be a place, unless nobody waits for it any more. */
  void whenPlace(Connection connection, BooleanSupplier waits, Runnable task) {
    connection.whenPlace(payload, waits, task);
  }

  /** Bytes of the message, which keep their record. */
  static final class Stream extends PartsStream implements KnownLength, Drainable {
    private final LargeRecord message;

    private Stream(LargeRecord message) {
      super(
          ByteBuffer.wrap(message.head),
          message.payload.asByteBuffer(),
          ByteBuffer.wrap(message.tail));
      this.message = message;
    }

    LargeRecord message() {
      return message;
    }

    /** Sends the message by the given task, and returns its place. */
    RecordPlace send(Runnable sending) {
      RecordPlace place = message.place;
      if (place == null) {
        throw new IllegalStateException("a large record is sent without a place");
      }
      Passage.open(place, message.head.length, sending);
      return place;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int length = available();
      if (parts[0].position() == 0) {
        target.write(message.head);
        parts[0].position(message.head.length);
        if (Passage.pass(target)) {
          parts[1].position(parts[1].limit());
        }
      }
      byte[] piece = new byte[Math.min(PIECE, available())];
      for (int read = read(piece, 0, piece.length); read > 0; read = read(piece, 0, piece.length)) {
        target.write(piece, 0, read);
      }
      return length;
    }
  }
}
