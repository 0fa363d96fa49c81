package io.databroker.offheap.journal;

import io.databroker.api.Bytes;
import io.databroker.offheap.memory.Region;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A record's bytes, copied out of its segment in one piece to be taken apart. Each thread has one,
 * which holds what was read last.
 */
public final class RecordCopy {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** One that once had to be larger is not kept. */
  private static final int KEPT = 1 << 16;

  private static final ThreadLocal<RecordCopy> MINE =
      ThreadLocal.withInitial(() -> new RecordCopy(1 << 10));

  private final byte[] bytes;
  private final ByteBuffer buffer;

  private RecordCopy(int room) {
    this.bytes = new byte[room];
    this.buffer = ByteBuffer.wrap(bytes);
  }

  /** Of the record that lies there; good until this thread reads another. */
  public static RecordCopy of(Region data, long at) {
    int size = data.getInt(at);
    RecordCopy copy = MINE.get();
    if (copy.bytes.length < size) {
      copy = new RecordCopy(size);
      if (size <= KEPT) {
        MINE.set(copy);
      }
    }
    data.get(at, copy.bytes, size);
    return copy;
  }

  public long previous() {
    return (long) LONG.get(bytes, Frame.PREVIOUS);
  }

  /** In microseconds. */
  public long modified() {
    return (long) LONG.get(bytes, Frame.MODIFIED);
  }

  public boolean deleted() {
    return ((int) INT.get(bytes, Frame.FLAGS) & 1) != 0;
  }

  public String id() {
    return new String(bytes, idPlace(), idLength(), StandardCharsets.UTF_8);
  }

  public Bytes payload() {
    int place = idPlace() + idLength();
    int length = (int) INT.get(bytes, Frame.PAYLOAD_LENGTH);
    return Bytes.copyOf(buffer.limit(place + length).position(place));
  }

  private int idPlace() {
    return Frame.RECORD_HEADER + ((short) SHORT.get(bytes, Frame.TYPE_LENGTH) & 0xFFFF);
  }

  private int idLength() {
    return (short) SHORT.get(bytes, Frame.ID_LENGTH) & 0xFFFF;
  }
}
