package io.databroker.server.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.BytesValue;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import io.databroker.api.Bytes;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.server.proto.GetResponse;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes stored records to the bytes that protobuf makes of the messages of {@link WireRecords}.
 * It copies the payload without parsing it, because a payload is an encoded Any.
 *
 * <p>A large record is sent with its stored payload. Any other payload is left to protobuf, unless
 * it is encoded as protobuf would encode it.
 */
final class EncodedRecords {
  /** Size of type, id and payload together up to which a message is small. */
  private static final int SMALL = 4 << 10;

  /** Largest size of type, id and payload together that is copied. */
  private static final int LARGEST = 64 << 10;

  /** Shift of the third byte of a length, the last for a payload that is copied. */
  private static final int LONGEST_SHIFT = 14;

  /** Largest number of records in one answer. */
  private static final int MOST = 64;

  /** Field of the record in the answer to Get and in the messages of Sync and SyncLatest. */
  private static final int ONLY_RECORD = GetResponse.RECORD_FIELD_NUMBER;

  private static final int TYPE_URL = tag(Any.TYPE_URL_FIELD_NUMBER);
  private static final int VALUE = tag(Any.VALUE_FIELD_NUMBER);
  private static final String BYTES_VALUE =
      "type.googleapis.com/" + BytesValue.getDescriptor().getFullName();
  private static final byte[] NOTHING = {};

  private EncodedRecords() {}

  /**
   * Encodes a message that holds only a record: the answer to Get, or a message of Sync or
   * SyncLatest.
   */
  static Encoded only(StoredRecord record) {
    if (bytes(record) > LARGEST) {
      return large(record);
    }
    if (!isAny(record.payload())) {
      return new Encoded.Whole(
          GetResponse.newBuilder().setRecord(WireRecords.record(record)).build().toByteArray());
    }
    int size = size(record, 0);
    byte[] message = new byte[nested(size)];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(message);
      writeHead(out, ONLY_RECORD, size, record, 0);
      out.write(record.payload().asByteBuffer());
      writeTail(out, record);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array of the right size never throws one
    }
    return new Encoded.Whole(message);
  }

  /**
   * Encodes the bytes before and after a payload. One that is not an Any becomes the value of a
   * BytesValue.
   */
  private static Encoded large(StoredRecord record) {
    Bytes payload = record.payload();
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    ByteArrayOutputStream tail = new ByteArrayOutputStream();
    try {
      byte[] wrapping = PayloadShape.isAny(payload) ? NOTHING : bytesValue(payload.size());
      CodedOutputStream out = CodedOutputStream.newInstance(head);
      writeHead(out, ONLY_RECORD, size(record, wrapping.length), record, wrapping.length);
      out.writeRawBytes(wrapping);
      out.flush();
      out = CodedOutputStream.newInstance(tail);
      writeTail(out, record);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory never throws one
    }
    return new LargeRecord(head.toByteArray(), payload, tail.toByteArray());
  }

  /** Returns the beginning of an Any whose value is a BytesValue with that many bytes. */
  private static byte[] bytesValue(int size) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeString(Any.TYPE_URL_FIELD_NUMBER, BYTES_VALUE);
    begin(out, Any.VALUE_FIELD_NUMBER, nested(size));
    begin(out, BytesValue.VALUE_FIELD_NUMBER, size);
    out.flush();
    return bytes.toByteArray();
  }

  /**
   * Encodes the answer to a put or a restore.
   *
   * @return null if it is left to protobuf
   */
  static @Nullable Encoded stored(PutResult result) {
    List<StoredRecord> records = result.records();
    if (records.size() > MOST || result.serverVersion() == 0) {
      return null;
    }
    int[] sizes = new int[records.size()];
    int total =
        CodedOutputStream.computeUInt64Size(
            PutResponse.SERVER_VERSION_FIELD_NUMBER, result.serverVersion());
    for (int i = 0; i < sizes.length; i++) {
      if (!isSmall(records.get(i)) || !isAny(records.get(i).payload())) {
        return null;
      }
      sizes[i] = size(records.get(i), 0);
      total += nested(sizes[i]);
    }
    byte[] message = new byte[total];
    CodedOutputStream out = CodedOutputStream.newInstance(message);
    try {
      out.writeUInt64(PutResponse.SERVER_VERSION_FIELD_NUMBER, result.serverVersion());
      for (int i = 0; i < sizes.length; i++) {
        writeHead(out, PutResponse.RECORDS_FIELD_NUMBER, sizes[i], records.get(i), 0);
        out.write(records.get(i).payload().asByteBuffer());
        writeTail(out, records.get(i));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array of the right size never throws one
    }
    return new Encoded.Whole(message);
  }

  /** Returns whether the message of a record is small enough to be kept. */
  static boolean isSmall(StoredRecord record) {
    return bytes(record) <= SMALL;
  }

  private static int bytes(StoredRecord record) {
    return record.type().length() + record.id().length() + record.payload().size();
  }

  /**
   * Returns whether the bytes are an Any as protobuf encodes it: first a type URL, in ASCII and of
   * at most 127 characters, then a value.
   */
  static boolean isAny(Bytes payload) {
    int size = payload.size();
    int at = 0;
    if (size > 1 && payload.at(0) == TYPE_URL) {
      at = 2 + payload.at(1);
      if (at <= 2 || at > size) {
        return false;
      }
      for (int i = 2; i < at; i++) {
        if (payload.at(i) < 0) {
          return false;
        }
      }
    }
    return at == size || isValue(payload, at);
  }

  /** Returns whether the rest of the bytes are a value that is not empty. */
  private static boolean isValue(Bytes payload, int at) {
    int size = payload.size();
    if (payload.at(at) != VALUE) {
      return false;
    }
    int length = 0;
    for (int i = at + 1, shift = 0; i < size && shift <= LONGEST_SHIFT; i++, shift += 7) {
      int next = payload.at(i);
      length |= (next & 0x7F) << shift;
      if (next >= 0) { // the last byte of the length, which is not 0
        return next > 0 && i + 1 + length == size;
      }
    }
    return false;
  }

  private static int tag(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** Returns the size of a field that holds a message of that size; its number is below 16. */
  private static int nested(int size) {
    return 1 + CodedOutputStream.computeUInt32SizeNoTag(size) + size;
  }

  /** Returns the size of a record with that many bytes before its payload. */
  private static int size(StoredRecord record, int wrapping) {
    int time = nested(size(record.modifiedAt()));
    int payload = wrapping + record.payload().size();
    return (record.version() == 0
            ? 0
            : CodedOutputStream.computeUInt64Size(Record.VERSION_FIELD_NUMBER, record.version()))
        + size(Record.TYPE_FIELD_NUMBER, record.type())
        + size(Record.ID_FIELD_NUMBER, record.id())
        + (payload == 0 ? 0 : nested(payload))
        + (record.deleted() ? 2 * time : time);
  }

  private static int size(int field, String text) {
    return text.isEmpty() ? 0 : CodedOutputStream.computeStringSize(field, text);
  }

  private static int size(Instant time) {
    long seconds = time.getEpochSecond();
    int nanos = time.getNano();
    return (seconds == 0
            ? 0
            : CodedOutputStream.computeInt64Size(Timestamp.SECONDS_FIELD_NUMBER, seconds))
        + (nanos == 0
            ? 0
            : CodedOutputStream.computeInt32Size(Timestamp.NANOS_FIELD_NUMBER, nanos));
  }

  /** Writes the bytes before the payload, except those that wrap it. */
  private static void writeHead(
      CodedOutputStream out, int field, int size, StoredRecord record, int wrapping)
      throws IOException {
    begin(out, field, size);
    if (record.version() != 0) {
      out.writeUInt64(Record.VERSION_FIELD_NUMBER, record.version());
    }
    write(out, Record.TYPE_FIELD_NUMBER, record.type());
    write(out, Record.ID_FIELD_NUMBER, record.id());
    if (wrapping + record.payload().size() > 0) {
      begin(out, Record.DATA_FIELD_NUMBER, wrapping + record.payload().size());
    }
  }

  private static void writeTail(CodedOutputStream out, StoredRecord record) throws IOException {
    write(out, Record.MODIFIED_AT_FIELD_NUMBER, record.modifiedAt());
    if (record.deleted()) {
      write(out, Record.DELETED_AT_FIELD_NUMBER, record.modifiedAt());
    }
  }

  private static void begin(CodedOutputStream out, int field, int size) throws IOException {
    out.writeUInt32NoTag(tag(field));
    out.writeUInt32NoTag(size);
  }

  private static void write(CodedOutputStream out, int field, String text) throws IOException {
    if (!text.isEmpty()) {
      out.writeString(field, text);
    }
  }

  private static void write(CodedOutputStream out, int field, Instant time) throws IOException {
    long seconds = time.getEpochSecond();
    int nanos = time.getNano();
    begin(out, field, size(time));
    if (seconds != 0) {
      out.writeInt64(Timestamp.SECONDS_FIELD_NUMBER, seconds);
    }
    if (nanos != 0) {
      out.writeInt32(Timestamp.NANOS_FIELD_NUMBER, nanos);
    }
  }
}
