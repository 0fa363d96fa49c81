package io.databroker.host.copy;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Records and options as bytes: big endian, texts in UTF-8 after their length, times in
 * microseconds.
 */
final class RecordCoding {
  private static final int CAPACITY = 1;
  private static final int TTL = 2;

  private RecordCoding() {}

  static void write(DataOutputStream out, StoredRecord record) throws IOException {
    text(out, record.type());
    text(out, record.id());
    out.writeLong(record.version());
    out.writeLong(micros(record.modifiedAt()));
    bytes(out, record.payload().toByteArray());
  }

  static StoredRecord read(DataInputStream in, boolean deleted) throws IOException {
    String type = text(in);
    String id = text(in);
    long version = in.readLong();
    Instant modified = Instant.EPOCH.plus(in.readLong(), ChronoUnit.MICROS);
    Bytes payload = Bytes.copyOf(bytes(in));
    return new StoredRecord(type, id, version, payload, modified, deleted);
  }

  static void write(DataOutputStream out, TypeOptions options) throws IOException {
    Long capacity = options.capacity();
    Duration ttl = options.ttl();
    out.writeByte((capacity == null ? 0 : CAPACITY) | (ttl == null ? 0 : TTL));
    if (capacity != null) {
      out.writeLong(capacity);
    }
    if (ttl != null) {
      out.writeLong(ttl.getSeconds());
      out.writeInt(ttl.getNano());
    }
    out.writeInt(options.indexedFields().size());
    for (String field : options.indexedFields()) {
      text(out, field);
    }
  }

  static TypeOptions readOptions(DataInputStream in) throws IOException {
    int flags = in.readUnsignedByte();
    Long capacity = (flags & CAPACITY) == 0 ? null : in.readLong();
    Duration ttl = (flags & TTL) == 0 ? null : Duration.ofSeconds(in.readLong(), in.readInt());
    List<String> fields = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      fields.add(text(in));
    }
    return new TypeOptions(capacity, ttl, fields);
  }

  static void text(DataOutputStream out, String text) throws IOException {
    bytes(out, text.getBytes(StandardCharsets.UTF_8));
  }

  static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static String text(DataInputStream in) throws IOException {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    byte[] bytes = in.readNBytes(length); // allocates no more than the remaining bytes
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  static long micros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
  }
}
