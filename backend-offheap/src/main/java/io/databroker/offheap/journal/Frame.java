package io.databroker.offheap.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * One entry of the journal, while it is built. The journal holds a frame as a whole or not at all.
 *
 * <pre>
 * frame:  length 4 | checksum 4 | sequence 8 | kind 4 | count 4 | time 8 | body | records
 * body:   length 4 | content, to a multiple of 8
 * record: size 4 | payload length 4 | version 8 | previous version 8 | time 8
 *         | type length 2 | id length 2 | followers and deleted 4 | type | id | payload, to a multiple of 8
 * </pre>
 *
 * Little endian, times in microseconds. The checksum covers the store and place of the frame, and
 * then all bytes after the checksum: a frame copied from elsewhere never passes.
 */
public final class Frame {
  /** Kind of a frame. */
  public enum Kind {
    /** State of the store without its records, complete at this point; replaces earlier frames. */
    STATE(1),
    /** A batch, or records that a compaction kept. */
    RECORDS(2),
    /** The options of a type, followed by the batch that they evicted. */
    OPTIONS(3),
    /** The lease of one name. */
    LEASE(4),
    /** The follower's checkpoint. */
    CHECKPOINT(5),
    /** The first change still held. */
    TRIM(6),
    /** A compacted segment is complete. */
    END(7);

    private static final Kind[] ALL = values();

    final int code;

    Kind(int code) {
      this.code = code;
    }

    static Kind of(int code) {
      for (Kind kind : ALL) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("unknown kind of frame " + code);
    }
  }

  public static final int HEADER = 32;
  static final int LENGTH = 0;
  static final int CHECKSUM = 4;
  static final int SEQUENCE = 8;
  static final int KIND = 16;
  static final int COUNT = 20;
  static final int TIME = 24;

  static final int RECORD_HEADER = 40;
  static final int SMALLEST_RECORD = 48;
  static final int PAYLOAD_LENGTH = 4;
  static final int VERSION = 8;
  static final int PREVIOUS = 16;
  static final int MODIFIED = 24;
  static final int TYPE_LENGTH = 32;
  static final int ID_LENGTH = 34;
  public static final int FLAGS = 36;

  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** A larger buffer is used once and not kept. */
  private static final int KEPT = 1 << 20;

  private final CRC32C checksum = new CRC32C();
  private byte[] bytes = new byte[1 << 12];
  private int length;

  public static int recordSize(int type, int id, int payload) {
    return aligned(RECORD_HEADER + type + id + payload);
  }

  private static int aligned(int length) {
    return (length + 7) & ~7;
  }

  static long aligned(long length) {
    return (length + 7) & ~7L;
  }

  public void begin(Kind kind, int count, long time) {
    if (bytes.length > KEPT) {
      bytes = new byte[1 << 12];
    }
    length = HEADER;
    INT.set(bytes, KIND, kind.code);
    INT.set(bytes, COUNT, count);
    LONG.set(bytes, TIME, time);
  }

  /** Adds a record; returns its offset in the frame. */
  public int record(
      long version,
      long previous,
      long time,
      byte[] type,
      byte[] id,
      ByteBuffer payload,
      int followers,
      boolean deleted) {
    int payloadLength = payload.remaining();
    int size = recordSize(type.length, id.length, payloadLength);
    int at = length;
    grow(size);
    INT.set(bytes, at, size);
    INT.set(bytes, at + PAYLOAD_LENGTH, payloadLength);
    LONG.set(bytes, at + VERSION, version);
    LONG.set(bytes, at + PREVIOUS, previous);
    LONG.set(bytes, at + MODIFIED, time);
    SHORT.set(bytes, at + TYPE_LENGTH, (short) type.length);
    SHORT.set(bytes, at + ID_LENGTH, (short) id.length);
    INT.set(bytes, at + FLAGS, followers << 1 | (deleted ? 1 : 0));
    int to = at + RECORD_HEADER;
    System.arraycopy(type, 0, bytes, to, type.length);
    to += type.length;
    System.arraycopy(id, 0, bytes, to, id.length);
    to += id.length;
    payload.get(bytes, to, payloadLength);
    to += payloadLength;
    Arrays.fill(bytes, to, at + size, (byte) 0);
    return at;
  }

  /** Adds a verified record of another frame; returns its offset in this frame. */
  public int record(RecordCopy record) {
    int place = length;
    grow(record.size());
    record.copyTo(bytes, place);
    return place;
  }

  /** Returns the CRC32C of the record at the given offset of the frame. */
  public int recordChecksum(int at) {
    checksum.reset();
    checksum.update(bytes, at, (int) INT.get(bytes, at));
    return (int) checksum.getValue();
  }

  public static int bodySize(byte[] content) {
    return aligned(content.length + Integer.BYTES);
  }

  public void body(byte[] content) {
    int size = bodySize(content);
    int at = length;
    grow(size);
    INT.set(bytes, at, content.length);
    System.arraycopy(content, 0, bytes, at + Integer.BYTES, content.length);
    Arrays.fill(bytes, at + Integer.BYTES + content.length, at + size, (byte) 0);
  }

  private void grow(int by) {
    int needed = Math.addExact(length, by);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(2L * bytes.length, 1 << 30)));
    }
    length = needed;
  }

  /** Returns the checksum of the frame at the given place of the given store. */
  public void end(long sequence, long salt, long place) {
    INT.set(bytes, LENGTH, length);
    LONG.set(bytes, SEQUENCE, sequence);
    beginChecksum(checksum, salt, place, length);
    checksum.update(bytes, SEQUENCE, length - SEQUENCE);
    INT.set(bytes, CHECKSUM, (int) checksum.getValue());
  }

  /** Begins the checksum of a frame; the caller adds the bytes from {@link #SEQUENCE} on. */
  static void beginChecksum(CRC32C checksum, long salt, long place, int length) {
    byte[] first = new byte[20];
    LONG.set(first, 0, salt);
    LONG.set(first, 8, place);
    INT.set(first, 16, length);
    checksum.reset();
    checksum.update(first);
  }

  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }
}
