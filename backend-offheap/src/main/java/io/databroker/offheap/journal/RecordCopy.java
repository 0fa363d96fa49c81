package io.databroker.offheap.journal;

import io.databroker.api.Bytes;
import io.databroker.api.StorageFailedException;
import io.databroker.offheap.memory.Region;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Verified copy of the bytes of a record, or of a batch with one record selected. Each thread has
 * one copy of each kind, with the record or batch that it read last.
 *
 * <p>The bytes in a segment are not trusted: a disk may have changed them since they were written.
 * A record is copied first and verified in the copy, against the checksum that was computed when
 * the record was appended or recovered and that is kept in memory, outside the segment.
 */
public final class RecordCopy {
  /** A larger buffer is used once and not kept. */
  private static final int KEPT = 1 << 16;

  /** {@link Region#UNREAD}, eight times. */
  private static final long UNREAD = Region.UNREAD * 0x0101_0101_0101_0101L;

  private static final ThreadLocal<RecordCopy> MINE =
      ThreadLocal.withInitial(() -> new RecordCopy(1 << 10, new CRC32C()));
  private static final ThreadLocal<RecordCopy> BATCH =
      ThreadLocal.withInitial(() -> new RecordCopy(1 << 10, new CRC32C()));

  private final byte[] bytes;
  private final CRC32C crc;

  /** Place of the record in the bytes. */
  private int place;

  private int size;

  /** Offset of a batch's frame in the segment. */
  private long origin;

  private RecordCopy(int room, CRC32C crc) {
    this.bytes = new byte[room];
    this.crc = crc;
  }

  /**
   * Returns the record in a slot of a segment, valid until this thread reads another record.
   *
   * @throws StorageFailedException if it does not match its checksum; names file and offset
   */
  public static RecordCopy of(Segment segment, int index) {
    long at = segment.offsetAt(index);
    RecordCopy copy = find(segment, at, segment.checksumAt(index));
    if (copy == null) {
      throw segment.damage.ofRecord(at);
    }
    return copy;
  }

  /** Returns the record in a slot of a segment, or null if it does not match its checksum. */
  public static @Nullable RecordCopy find(Segment segment, int index) {
    return find(segment, segment.offsetAt(index), segment.checksumAt(index));
  }

  /** Returns the record at an offset of a segment, or null if it does not match that checksum. */
  public static @Nullable RecordCopy find(Segment segment, long at, int checksum) {
    try {
      RecordCopy copy = read(segment.data, at);
      if (copy != null && copy.checksum() == checksum) {
        return copy;
      }
    } catch (InternalError fault) {
      return null; // the JVM reports an unreadable page some time after the access
    }
    Region.takeFault(); // the checksum was already verified
    return null;
  }

  /**
   * Copies the record at the given offset, without checking its checksum.
   *
   * @return null if no record can lie there
   */
  public static @Nullable RecordCopy read(Region data, long at) {
    try {
      int size = sizeAt(data, at);
      if (size < 0) {
        return null;
      }
      RecordCopy copy = MINE.get();
      if (copy.bytes.length < size) {
        copy = new RecordCopy(size, copy.crc);
        if (size <= KEPT) {
          MINE.set(copy);
        }
      }
      copy.clearEnd(size);
      data.get(at, copy.bytes, size);
      copy.size = size;
      return copy;
    } catch (InternalError fault) {
      return null; // the disk could not read the page
    }
  }

  /**
   * Overwrites the last bytes of the next read: old content could equal the bytes that cannot be
   * read. It stores one long: the copy that follows would have to wait for the many small stores of
   * {@code Arrays.fill}, with which a get takes a sixth longer.
   */
  private void clearEnd(int length) {
    Frame.LONG.set(bytes, length - Long.BYTES, UNREAD);
  }

  /**
   * Returns a batch with its first record selected, verified as a whole against the checksum of its
   * frame: one long checksum takes a third of the time of many short ones.
   *
   * @param index the slot of the first record
   * @param most the largest number of records
   * @param salt the salt of the store
   * @return null if the frame is not such a batch, is large, or does not match its checksum; then
   *     the caller reads each record separately
   */
  public static @Nullable RecordCopy ofBatch(Segment segment, int index, long most, long salt) {
    try {
      long first = segment.offsetAt(index);
      int followers = segment.data.getInt(first + Frame.FLAGS) >>> 1;
      // The number may be damaged: it must not lead outside the slots.
      if (followers == 0 || followers >= Math.min(most, segment.slotsFrom(index))) {
        return null;
      }
      int last = index + followers;
      long origin = first - Frame.HEADER;
      long length = segment.offsetAt(last) + segment.sizeAt(last) - origin;
      if (length <= 0 || length > KEPT || segment.data.getInt(origin + Frame.LENGTH) != length) {
        return null;
      }
      RecordCopy copy = BATCH.get();
      if (copy.bytes.length < length) {
        copy = new RecordCopy(Math.max((int) length, 2 * copy.bytes.length), copy.crc);
        BATCH.set(copy);
      }
      copy.clearEnd((int) length);
      segment.data.get(origin, copy.bytes, (int) length);
      if (copy.isBatch(salt, Journal.place(segment, origin), (int) length, followers + 1)) {
        copy.origin = origin;
        copy.select(segment, index);
        return copy;
      }
    } catch (InternalError fault) {
      return null; // the disk could not read the page
    }
    Region.takeFault(); // the checksum has already found the damage
    return null;
  }

  /** Returns whether the bytes are a frame of that many records, at the given place. */
  private boolean isBatch(long salt, long at, int length, int count) {
    if ((int) Frame.INT.get(bytes, Frame.LENGTH) != length
        || (int) Frame.INT.get(bytes, Frame.KIND) != Frame.Kind.RECORDS.code
        || (int) Frame.INT.get(bytes, Frame.COUNT) != count) {
      return false;
    }
    Frame.beginChecksum(crc, salt, at, length);
    crc.update(bytes, Frame.SEQUENCE, length - Frame.SEQUENCE);
    return (int) Frame.INT.get(bytes, Frame.CHECKSUM) == (int) crc.getValue();
  }

  /** Selects the record in the given slot; the record belongs to this batch. */
  public void select(Segment segment, int index) {
    place = (int) (segment.offsetAt(index) - origin);
    size = segment.sizeAt(index);
  }

  /** Returns the size of the record there, or -1 if its lengths contradict each other. */
  private static int sizeAt(Region data, long at) {
    if (at < 0 || at > data.size() - Frame.SMALLEST_RECORD) {
      return -1;
    }
    int size = data.getInt(at);
    int payload = data.getInt(at + Frame.PAYLOAD_LENGTH);
    long needed =
        (long) Frame.RECORD_HEADER
            + data.getUnsignedShort(at + Frame.TYPE_LENGTH)
            + data.getUnsignedShort(at + Frame.ID_LENGTH)
            + payload;
    boolean fits = payload >= 0 && size == Frame.aligned(needed) && size <= data.size() - at;
    return fits ? size : -1;
  }

  /** Returns the CRC32C of all of the record's bytes. */
  public int checksum() {
    crc.reset();
    crc.update(bytes, place, size);
    return (int) crc.getValue();
  }

  public int size() {
    return size;
  }

  /** Returns whether the record is that version of the given key. */
  public boolean is(long version, byte[] type, byte[] id, int idLength) {
    int idPlace = idPlace();
    return version() == version
        && Arrays.equals(bytes, typePlace(), idPlace, type, 0, type.length)
        && Arrays.equals(bytes, idPlace, idPlace + idLength(), id, 0, idLength);
  }

  public long version() {
    return (long) Frame.LONG.get(bytes, place + Frame.VERSION);
  }

  public long previous() {
    return (long) Frame.LONG.get(bytes, place + Frame.PREVIOUS);
  }

  /** Returns the time of the record's write in microseconds. */
  public long modified() {
    return (long) Frame.LONG.get(bytes, place + Frame.MODIFIED);
  }

  public boolean deleted() {
    return ((int) Frame.INT.get(bytes, place + Frame.FLAGS) & 1) != 0;
  }

  /** Returns how many records follow in the same batch. */
  public int followers() {
    return (int) Frame.INT.get(bytes, place + Frame.FLAGS) >>> 1;
  }

  public String type() {
    return new String(bytes, typePlace(), idPlace() - typePlace(), StandardCharsets.UTF_8);
  }

  public String id() {
    return new String(bytes, idPlace(), idLength(), StandardCharsets.UTF_8);
  }

  public byte[] idBytes() {
    return Arrays.copyOfRange(bytes, idPlace(), idPlace() + idLength());
  }

  public Bytes payload() {
    int from = idPlace() + idLength();
    int length = (int) Frame.INT.get(bytes, place + Frame.PAYLOAD_LENGTH);
    return Bytes.copyOf(bytes, from, from + length);
  }

  /** Copies the whole record. */
  void copyTo(byte[] into, int at) {
    System.arraycopy(bytes, place, into, at, size);
  }

  private int typePlace() {
    return place + Frame.RECORD_HEADER;
  }

  private int idPlace() {
    return typePlace() + ((short) Frame.SHORT.get(bytes, place + Frame.TYPE_LENGTH) & 0xFFFF);
  }

  private int idLength() {
    return (short) Frame.SHORT.get(bytes, place + Frame.ID_LENGTH) & 0xFFFF;
  }
}
