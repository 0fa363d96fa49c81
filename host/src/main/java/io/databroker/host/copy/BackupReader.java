package io.databroker.host.copy;

import io.databroker.api.Checkpoint;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Reads a backup file and checks every byte of it; {@link BackupWriter} describes the format. */
final class BackupReader implements AutoCloseable {
  /**
   * Header of a backup: its creation, the contents besides records, the stated number of records,
   * and the base of an increment.
   */
  record Start(StoreContents contents, long records, Instant created, Backup.@Nullable Base base) {}

  private final Path file;
  private final DataInputStream in;
  private final MessageDigest digest = Digests.sha256();
  private final Inflater inflater = new Inflater(true);
  private final Start start;
  private boolean increment;
  private long offset;
  private int number;
  private long records;
  private @Nullable DataInputStream block;
  private String sum = "";

  /**
   * Reads the first block of a file.
   *
   * @param in the content of the file; the caller closes it
   * @throws DamagedBackupException if the file is not a backup, or is damaged
   */
  BackupReader(Path file, InputStream in) throws IOException {
    this.file = file;
    this.in = new DataInputStream(new BufferedInputStream(in, 1 << 16));
    try {
      preamble();
      this.start = contents();
    } catch (IOException | RuntimeException | Error failed) {
      close();
      throw failed;
    }
  }

  Start start() {
    return start;
  }

  /** Returns the backup, once all records were read. */
  Backup checked() {
    return new Backup(start.contents(), records, start.created(), offset, sum, start.base());
  }

  private void preamble() throws IOException {
    byte[] bytes = in.readNBytes(BackupFormat.PREAMBLE);
    ByteBuffer preamble = ByteBuffer.wrap(Arrays.copyOf(bytes, BackupFormat.PREAMBLE));
    ByteBuffer magic = ByteBuffer.allocate(Long.BYTES).putLong(0, BackupFormat.MAGIC);
    for (int i = 0; i < Long.BYTES; i++) {
      if (i >= bytes.length || bytes[i] != magic.get(i)) {
        throw damaged(i, "this is not the beginning of a Databroker backup");
      }
    }
    if (bytes.length < BackupFormat.PREAMBLE) {
      throw damaged(bytes.length, "the file ends here");
    }
    int version = preamble.getInt(Long.BYTES);
    increment = version == BackupFormat.INCREMENT;
    if (version != BackupFormat.FULL && !increment) {
      throw damaged(
          Long.BYTES,
          "format %d is unknown to this version, which reads formats %d and %d",
          version,
          BackupFormat.FULL,
          BackupFormat.INCREMENT);
    }
    digest.update(bytes);
    offset = BackupFormat.PREAMBLE;
  }

  private Start contents() throws IOException {
    long at = offset;
    if (readBlock() != BackupFormat.CONTENTS || block == null) {
      throw damaged(at, "the block that begins here is not the first of a backup");
    }
    try {
      return contents(block, increment);
    } catch (EOFException | RuntimeException e) {
      throw damaged(at, "the block that begins here does not hold the contents of a store");
    }
  }

  private static Start contents(DataInputStream content, boolean increment) throws IOException {
    Instant created = Instant.EPOCH.plus(content.readLong(), ChronoUnit.MICROS);
    Position position = new Position(content.readLong(), content.readLong());
    Checkpoint checkpoint = new Checkpoint(content.readLong(), content.readLong());
    long expected = content.readLong();
    Backup.Base base = null;
    if (increment) {
      long version = content.readLong();
      byte[] sum = new byte[Digests.sha256().getDigestLength()];
      content.readFully(sum);
      base = new Backup.Base(version, HexFormat.of().formatHex(sum));
    }
    Map<String, TypeOptions> options = new TreeMap<>();
    for (int left = content.readInt(); left > 0; left--) {
      options.put(RecordCoding.text(content), RecordCoding.readOptions(content));
    }
    return new Start(new StoreContents(position, options, checkpoint), expected, created, base);
  }

  /** Returns the next record, or null at the end; the whole file is then verified. */
  @Nullable StoredRecord record() throws IOException {
    while (true) {
      DataInputStream content = block;
      if (content != null && content.available() > 0) {
        records++;
        try {
          return read(content);
        } catch (EOFException | RuntimeException e) {
          throw damaged(offset, "the block before this byte holds no record");
        }
      }
      long at = offset;
      byte[] before = peekDigest();
      int kind = readBlock();
      if (kind == BackupFormat.END && block != null) {
        end(at, block, before);
        return null;
      }
      if (kind != BackupFormat.RECORDS) {
        throw damaged(at, "the block that begins here is of an unknown kind");
      }
    }
  }

  /** Reads a record; a change of an increment has to follow the one before it. */
  private StoredRecord read(DataInputStream content) throws IOException {
    boolean deleted = increment && content.readBoolean();
    StoredRecord record = RecordCoding.read(content, deleted);
    Backup.Base base = start.base();
    if (base != null && record.version() != base.version() + records) {
      throw damaged(
          offset,
          "the block before this byte has version %s where version %s follows",
          Long.toUnsignedString(record.version()),
          Long.toUnsignedString(base.version() + records));
    }
    return record;
  }

  private byte[] peekDigest() {
    try {
      return ((MessageDigest) digest.clone()).digest();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 of the JDK can be cloned", e);
    }
  }

  private void end(long at, DataInputStream content, byte[] before) throws IOException {
    if (content.available() != Long.BYTES + before.length) {
      throw damaged(at, "the block that begins here does not hold the end of a backup");
    }
    long told = content.readLong();
    byte[] expected = content.readNBytes(before.length);
    if (told != records || records != start.records()) {
      throw damaged(at, "%d records were written, but %d were found", told, records);
    }
    Backup.Base base = start.base();
    if (base != null && base.version() + records != start.contents().position().version()) {
      throw damaged(at, "it does not hold each change up to its version");
    }
    if (!Arrays.equals(expected, before)) {
      throw damaged(at, "the SHA-256 of the bytes before does not match");
    }
    if (in.read() >= 0) {
      throw damaged(offset, "the backup ends before this byte, but the file continues");
    }
    sum = HexFormat.of().formatHex(before);
  }

  /** Reads a block; returns its kind. */
  private int readBlock() throws IOException {
    long at = offset;
    byte[] bytes = in.readNBytes(BlockHeader.SIZE);
    if (bytes.length < BlockHeader.SIZE) {
      throw damaged(
          at + bytes.length, "the file ends here, before the end of the backup: it was cut short");
    }
    BlockHeader header = BlockHeader.decode(bytes, at);
    if (header == null || header.number() != number || !header.isPossible()) {
      throw damaged(
          at,
          "the header in bytes %d to %d does not match its checksum",
          at,
          at + BlockHeader.SIZE - 1);
    }
    byte[] content = in.readNBytes(header.length());
    long end = at + BlockHeader.SIZE + content.length;
    if (content.length < header.length()) {
      throw damaged(end, "the file ends here, inside the block that begins at byte %d", at);
    }
    CRC32C crc = new CRC32C();
    crc.update(content);
    if ((int) crc.getValue() != header.checksum()) {
      throw damaged(
          at + BlockHeader.SIZE,
          "the block in bytes %d to %d does not match its checksum",
          at + BlockHeader.SIZE,
          end - 1);
    }
    digest.update(bytes);
    digest.update(content);
    block = new DataInputStream(new ByteArrayInputStream(inflate(at, content, header)));
    offset = end;
    number++;
    return header.kind();
  }

  private byte[] inflate(long at, byte[] content, BlockHeader header) throws IOException {
    inflater.reset();
    inflater.setInput(content);
    byte[] plain = new byte[header.plainLength()];
    try {
      int length = inflater.inflate(plain);
      // After the last byte, an inflater needs one more call to report its end.
      if (length < plain.length || (!inflater.finished() && inflater.inflate(new byte[1]) > 0)) {
        throw damaged(at, "the block that begins here does not have the length in its header");
      }
    } catch (DataFormatException e) {
      throw damaged(at, "the block that begins here cannot be decompressed");
    }
    return plain;
  }

  private DamagedBackupException damaged(long at, String problem, Object... values) {
    return new DamagedBackupException(file, at, String.format(Locale.ROOT, problem, values));
  }

  @Override
  public void close() {
    inflater.end();
  }
}
