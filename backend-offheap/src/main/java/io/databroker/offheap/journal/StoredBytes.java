package io.databroker.offheap.journal;

import io.databroker.offheap.memory.Region;
import java.nio.charset.StandardCharsets;

/**
 * Reads one field of a record where it lies in a segment; {@link RecordCopy} is for all of them.
 */
public final class StoredBytes {
  private StoredBytes() {}

  public static long version(Region data, long at) {
    return data.getLong(at + Frame.VERSION);
  }

  public static long previous(Region data, long at) {
    return data.getLong(at + Frame.PREVIOUS);
  }

  /** In microseconds. */
  public static long modified(Region data, long at) {
    return data.getLong(at + Frame.MODIFIED);
  }

  public static boolean deleted(Region data, long at) {
    return (data.getInt(at + Frame.FLAGS) & 1) != 0;
  }

  /** How many records follow in the same batch. */
  public static int followers(Region data, long at) {
    return data.getInt(at + Frame.FLAGS) >>> 1;
  }

  public static String type(Region data, long at) {
    byte[] type = new byte[data.getUnsignedShort(at + Frame.TYPE_LENGTH)];
    data.get(at + Frame.RECORD_HEADER, type, type.length);
    return new String(type, StandardCharsets.UTF_8);
  }

  public static String id(Region data, long at) {
    return new String(idBytes(data, at), StandardCharsets.UTF_8);
  }

  public static byte[] idBytes(Region data, long at) {
    int type = data.getUnsignedShort(at + Frame.TYPE_LENGTH);
    byte[] id = new byte[data.getUnsignedShort(at + Frame.ID_LENGTH)];
    data.get(at + Frame.RECORD_HEADER + type, id, id.length);
    return id;
  }
}
