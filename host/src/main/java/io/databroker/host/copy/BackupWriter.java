package io.databroker.host.copy;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Writes a backup file.
 *
 * <pre>
 * file:     magic 8 | format version 4 | contents block | records blocks | end block
 * block:    kind 4 | number 4 | length 4 | plain length 4 | checksum 4 | header checksum 4 | content
 * contents: created 8 | server version 8 | version 8 | checkpoint 16 | records 8
 *           | only in an increment: version of the base 8, SHA-256 of the base 32
 *           | types with options 4 | (type, options) for each
 * records:  (only in an increment: deleted 1, type, id, version 8, time 8, payload) for each,
 *           in the order of their writes
 * end:      records 8 | SHA-256 of all bytes before the end block 32
 * </pre>
 *
 * The format version is 1 for all records of a store, and 2 for an increment: each change since its
 * base, with no version left out. A deleted record has no payload.
 *
 * <p>Big endian. Contents are compressed by Deflate. The checksum of a block covers its compressed
 * content, and the checksum of its header covers the header and the offset of the block in the
 * file, so that a block is never accepted at another place.
 */
final class BackupWriter {
  private final FileChannel channel;
  private final Backup.@Nullable Base base;
  private final MessageDigest digest;
  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
  private final ByteArrayOutputStream plain = new ByteArrayOutputStream(BackupFormat.BLOCK_BYTES);
  private final DataOutputStream block = new DataOutputStream(plain);
  private long offset;
  private int number;
  private long records;

  /**
   * Writes to a channel that is empty.
   *
   * @param base the backup that this one continues; null for a backup of all records
   */
  BackupWriter(FileChannel channel, Backup.@Nullable Base base) throws IOException {
    this.channel = channel;
    this.base = base;
    this.digest = Digests.sha256();
    ByteBuffer preamble = ByteBuffer.allocate(BackupFormat.PREAMBLE);
    write(
        preamble
            .putLong(BackupFormat.MAGIC)
            .putInt(base == null ? BackupFormat.FULL : BackupFormat.INCREMENT)
            .flip());
  }

  /** Writes the contents besides records; called first. */
  void contents(StoreContents contents, long expected, Instant created) throws IOException {
    block.writeLong(RecordCoding.micros(created));
    block.writeLong(contents.position().serverVersion());
    block.writeLong(contents.position().version());
    block.writeLong(contents.checkpoint().serverVersion());
    block.writeLong(contents.checkpoint().recordVersion());
    block.writeLong(expected);
    if (base != null) {
      block.writeLong(base.version());
      block.write(HexFormat.of().parseHex(base.sha256()));
    }
    block.writeInt(contents.options().size());
    for (Map.Entry<String, TypeOptions> type : contents.options().entrySet()) {
      RecordCoding.text(block, type.getKey());
      RecordCoding.write(block, type.getValue());
    }
    end(BackupFormat.CONTENTS);
  }

  /** Writes a record; called in the order of writes. */
  void record(StoredRecord record) throws IOException {
    if (base != null) {
      block.writeBoolean(record.deleted());
    }
    RecordCoding.write(block, base != null && record.deleted() ? withoutPayload(record) : record);
    records++;
    if (plain.size() >= BackupFormat.BLOCK_BYTES) {
      end(BackupFormat.RECORDS);
    }
  }

  private static StoredRecord withoutPayload(StoredRecord deleted) {
    return new StoredRecord(
        deleted.type(), deleted.id(), deleted.version(), Bytes.EMPTY, deleted.modifiedAt(), true);
  }

  /** Writes the end; returns the SHA-256 that it holds, in hexadecimal. */
  String finish() throws IOException {
    if (plain.size() > 0) {
      end(BackupFormat.RECORDS);
    }
    byte[] sum = digest.digest();
    block.writeLong(records);
    block.write(sum);
    end(BackupFormat.END);
    deflater.end();
    return HexFormat.of().formatHex(sum);
  }

  long bytes() {
    return offset;
  }

  Backup.@Nullable Base base() {
    return base;
  }

  private void end(int kind) throws IOException {
    byte[] content = plain.toByteArray();
    plain.reset();
    byte[] compressed = compress(content);
    CRC32C crc = new CRC32C();
    crc.update(compressed);
    BlockHeader header =
        new BlockHeader(kind, number++, compressed.length, content.length, (int) crc.getValue());
    write(header.encode(offset));
    write(ByteBuffer.wrap(compressed));
  }

  private byte[] compress(byte[] content) {
    deflater.reset();
    deflater.setInput(content);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length / 2 + 64);
    byte[] buffer = new byte[1 << 16];
    while (!deflater.finished()) {
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    return out.toByteArray();
  }

  private void write(ByteBuffer bytes) throws IOException {
    digest.update(bytes.duplicate());
    while (bytes.hasRemaining()) {
      offset += channel.write(bytes);
    }
  }
}
