package io.databroker.tck.reference;

import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.Lease;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.zip.CRC32;

/** The state of a store in one file, which a rename replaces as a whole. */
final class SavedFile {
  private SavedFile() {}

  /** Writes the state with the identity of its directory. */
  static void write(Path file, String identity, Store store) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeUTF(identity);
      out.writeLong(store.serverVersion);
      out.writeLong(store.latest);
      out.writeLong(store.begun);
      out.writeLong(store.trimmed);
      out.writeLong(store.lastToken);
      out.writeLong(store.checkpoint.serverVersion());
      out.writeLong(store.checkpoint.recordVersion());
      records(out, store.all());
      out.writeInt(store.log.size());
      for (List<StoredRecord> batch : store.log.values()) {
        records(out, batch);
      }
      options(out, store);
      out.writeInt(store.leases.size());
      for (Lease lease : store.leases.values()) {
        out.writeUTF(lease.name());
        out.writeLong(lease.token());
        out.writeUTF(lease.expiresAt().toString());
      }
      out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
      Path next = file.resolveSibling(file.getFileName() + ".next");
      Files.write(next, bytes.toByteArray());
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void records(DataOutputStream out, List<StoredRecord> records) throws IOException {
    out.writeInt(records.size());
    for (StoredRecord record : records) {
      byte[] payload = record.payload().toByteArray();
      text(out, record.type());
      text(out, record.id());
      out.writeLong(record.version());
      out.writeInt(payload.length);
      out.write(payload);
      out.writeUTF(record.modifiedAt().toString());
      out.writeBoolean(record.deleted());
    }
  }

  private static void options(DataOutputStream out, Store store) throws IOException {
    out.writeInt(store.options.size());
    for (var entry : store.options.entrySet()) {
      Long capacity = entry.getValue().capacity();
      Duration ttl = entry.getValue().ttl();
      text(out, entry.getKey());
      out.writeBoolean(capacity != null);
      out.writeLong(capacity == null ? 0 : capacity);
      out.writeUTF(ttl == null ? "" : ttl.toString());
      out.writeInt(entry.getValue().indexedFields().size());
      for (String field : entry.getValue().indexedFields()) {
        text(out, field);
      }
    }
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    out.writeInt(text.length());
    out.writeChars(text);
  }

  private static long checksum(byte[] bytes, int length) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes, 0, length);
    return checksum.getValue();
  }

  /** Returns whether the contents of a file agree with its checksum. */
  static boolean isWhole(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      int length = bytes.length - Long.BYTES;
      return length >= 0 && ByteBuffer.wrap(bytes).getLong(length) == checksum(bytes, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the state into an empty store; returns the identity. */
  static String read(Path file, Store store) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      final String identity = in.readUTF();
      store.serverVersion = in.readLong();
      store.latest = in.readLong();
      store.begun = in.readLong();
      store.trimmed = in.readLong();
      store.lastToken = in.readLong();
      store.checkpoint = new Checkpoint(in.readLong(), in.readLong());
      for (StoredRecord record : records(in)) {
        store
            .live
            .computeIfAbsent(record.type(), none -> new LinkedHashMap<>())
            .put(record.id(), record);
      }
      for (int i = in.readInt(); i > 0; i--) {
        List<StoredRecord> batch = records(in);
        store.log.put(batch.get(batch.size() - 1).version(), batch);
      }
      for (int i = in.readInt(); i > 0; i--) {
        store.options.put(text(in), options(in));
      }
      for (int i = in.readInt(); i > 0; i--) {
        Lease lease = new Lease(in.readUTF(), in.readLong(), Instant.parse(in.readUTF()));
        store.leases.put(lease.name(), lease);
      }
      return identity;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TypeOptions options(DataInputStream in) throws IOException {
    boolean bounded = in.readBoolean();
    long capacity = in.readLong();
    String ttl = in.readUTF();
    List<String> fields = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      fields.add(text(in));
    }
    return new TypeOptions(
        bounded ? (Long) capacity : null, ttl.isEmpty() ? null : Duration.parse(ttl), fields);
  }

  private static List<StoredRecord> records(DataInputStream in) throws IOException {
    List<StoredRecord> records = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      String type = text(in);
      String id = text(in);
      long version = in.readLong();
      Bytes payload = Bytes.copyOf(in.readNBytes(in.readInt()));
      Instant time = Instant.parse(in.readUTF());
      records.add(new StoredRecord(type, id, version, payload, time, in.readBoolean()));
    }
    return records;
  }

  private static String text(DataInputStream in) throws IOException {
    char[] text = new char[in.readInt()];
    for (int i = 0; i < text.length; i++) {
      text[i] = in.readChar();
    }
    return new String(text);
  }
}
