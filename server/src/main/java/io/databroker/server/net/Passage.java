package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Passes a stored record through gRPC without a copy.
 *
 * <p>gRPC frames a message by copying it into buffers of the connection's allocator, on the thread
 * that sends it. While a passage is open on the thread, {@link FramingAllocator} asks it for these
 * buffers: first one that has exactly the bytes before the record, then one that is the record. The
 * record then stays where it is, and Netty copies pieces of a frame's size as the client reads.
 *
 * <p><b>Thread-safety:</b> none; used by the sending thread.
 */
public final class Passage {
  private static final ThreadLocal<@Nullable Passage> CURRENT = new ThreadLocal<>();

  /** Bytes that gRPC writes before each message: a flag and its length. */
  private static final int PREFIX = 5;

  /** Stands for the bytes of the record, which are in their buffer already. */
  private static final byte[] PLACEHOLDER = new byte[64 << 10];

  private enum Step {
    BEGIN,
    HEAD,
    RECORD,
    PASSED,
    COPIED
  }

  private final RecordPlace place;
  private final int head;
  private Step step = Step.BEGIN;
  private @Nullable ByteBuf given;

  private Passage(RecordPlace place, int head) {
    this.place = place;
    this.head = head;
  }

  /**
   * Sends a message with a record in it.
   *
   * @param place the room for the record; given back when the record is sent
   * @param head bytes of the message before the record
   */
  public static void open(RecordPlace place, int head, Runnable send) {
    CURRENT.set(new Passage(place, head));
    try {
      send.run();
    } finally {
      CURRENT.remove();
      place.giveBackUnsent();
    }
  }

  /** Returns the passage of this thread, or null. */
  static @Nullable Passage current() {
    return CURRENT.get();
  }

  /** Returns the next buffer of the message; null if the allocator has to allocate one. */
  @Nullable ByteBuf next(ByteBufAllocator allocator) {
    switch (step) {
      case BEGIN -> {
        step = Step.HEAD;
        try {
          return allocator.directBuffer(PREFIX + head, PREFIX + head);
        } catch (OutOfMemoryError e) { // thrown by Netty, not by the VM
          return allocator.heapBuffer(PREFIX + head, PREFIX + head);
        }
      }
      case RECORD -> {
        step = Step.PASSED;
        given = new RecordBuffer(allocator, place);
        return given;
      }
      case HEAD -> step = Step.COPIED; // the head did not fit, so the record will not either
      default -> {}
    }
    return null;
  }

  /**
   * Passes the record of this thread's message, whose head has been written.
   *
   * @return false if the transport copies the bytes that it sends
   */
  public static boolean pass(OutputStream target) throws IOException {
    Passage passage = CURRENT.get();
    if (passage == null || passage.step != Step.HEAD) {
      return false;
    }
    passage.step = Step.RECORD;
    for (int left = passage.place.record().size(); left > 0; left -= PLACEHOLDER.length) {
      target.write(PLACEHOLDER, 0, Math.min(left, PLACEHOLDER.length));
    }
    if (passage.given == null || passage.given.isWritable()) {
      throw new IllegalStateException("gRPC did not take the buffer of a record");
    }
    return true;
  }
}
