package io.databroker.offheap;

import io.databroker.api.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the fields of a record where it lies in a segment. */
final class StoredBytes {
  private static final int KEPT = 1 << 16;
  private static final ThreadLocal<Scratch> SCRATCH =
      ThreadLocal.withInitial(() -> new Scratch(512));

  /** Where bytes pass through on their way from memory into objects. */
  private static final class Scratch {
    final byte[] bytes;
    final ByteBuffer buffer;

    Scratch(int length) {
      bytes = new byte[length];
      buffer = ByteBuffer.wrap(bytes);
    }
  }

  private StoredBytes() {}

  static long version(Region data, long at) {
    return data.getLong(at + Frame.VERSION);
  }

  static long previous(Region data, long at) {
    return data.getLong(at + Frame.PREVIOUS);
  }

  /** In microseconds. */
  static long modified(Region data, long at) {
    return data.getLong(at + Frame.MODIFIED);
  }

  static boolean deleted(Region data, long at) {
    return (data.getInt(at + Frame.FLAGS) & 1) != 0;
  }

  /** How many records follow in the same batch. */
  static int followers(Region data, long at) {
    return data.getInt(at + Frame.FLAGS) >>> 1;
  }

  static String type(Region data, long at) {
    return text(data, at + Frame.RECORD_HEADER, data.getUnsignedShort(at + Frame.TYPE_LENGTH));
  }

  static String id(Region data, long at) {
    int type = data.getUnsignedShort(at + Frame.TYPE_LENGTH);
    return text(data, at + Frame.RECORD_HEADER + type, data.getUnsignedShort(at + Frame.ID_LENGTH));
  }

  static byte[] idBytes(Region data, long at) {
    int type = data.getUnsignedShort(at + Frame.TYPE_LENGTH);
    byte[] id = new byte[data.getUnsignedShort(at + Frame.ID_LENGTH)];
    data.get(at + Frame.RECORD_HEADER + type, id, id.length);
    return id;
  }

  static Bytes payload(Region data, long at) {
    int type = data.getUnsignedShort(at + Frame.TYPE_LENGTH);
    int id = data.getUnsignedShort(at + Frame.ID_LENGTH);
    int length = data.getInt(at + Frame.PAYLOAD_LENGTH);
    Scratch scratch = scratch(length);
    data.get(at + Frame.RECORD_HEADER + type + id, scratch.bytes, length);
    return Bytes.copyOf(scratch.buffer.limit(length));
  }

  private static String text(Region data, long at, int length) {
    byte[] scratch = scratch(length).bytes;
    data.get(at, scratch, length);
    return new String(scratch, 0, length, StandardCharsets.UTF_8);
  }

  private static Scratch scratch(int length) {
    Scratch scratch = SCRATCH.get();
    if (scratch.bytes.length >= length) {
      return scratch;
    }
    Scratch larger = new Scratch(length);
    if (length <= KEPT) {
      SCRATCH.set(larger);
    }
    return larger;
  }
}
