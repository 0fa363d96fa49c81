package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.databroker.api.Write;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backup files with other bytes than were written. */
class DamagedBackupTest {
  @TempDir Path folder;

  @Test
  void eachFlippedByteIsFoundAndNamed() throws Exception {
    byte[] bytes = Files.readAllBytes(SampleBackup.write(folder));
    Path damaged = folder.resolve("damaged");
    Random random = new Random(7);
    for (int i = 0; i < bytes.length; i += i < 200 || i > bytes.length - 200 ? 1 : 13) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= (byte) (1 << random.nextInt(8));
      Files.write(damaged, flipped);
      int place = i;
      assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
          .as("byte %d", i)
          .isInstanceOfSatisfying(
              DamagedBackupException.class,
              e -> {
                assertThat(e.offset()).isLessThanOrEqualTo(place);
                assertThat(e).hasMessageContaining("damaged at byte " + e.offset());
              });
    }
  }

  @Test
  void aMissingByteIsFoundWhereverItIsMissing() throws Exception {
    byte[] bytes = Files.readAllBytes(SampleBackup.write(folder));
    Path damaged = folder.resolve("damaged");
    for (int length = 0; length < bytes.length; length += length < 200 ? 1 : 17) {
      Files.write(damaged, Arrays.copyOf(bytes, length));
      int end = length;
      assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
          .as("%d bytes", length)
          .isInstanceOfSatisfying(
              DamagedBackupException.class, e -> assertThat(e.offset()).isEqualTo(end));
    }
    for (int gap = 0; gap < bytes.length; gap += 29) {
      byte[] shorter = Arrays.copyOf(bytes, bytes.length - 1);
      System.arraycopy(bytes, gap + 1, shorter, gap, bytes.length - gap - 1);
      if (Arrays.mismatch(shorter, bytes) == shorter.length) {
        continue;
      }
      Files.write(damaged, shorter);
      assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
          .as("without byte %d", gap)
          .isInstanceOf(DamagedBackupException.class);
    }
  }

  @Test
  void anExtraByteIsFound() throws Exception {
    byte[] bytes = Files.readAllBytes(SampleBackup.write(folder));
    Path damaged = folder.resolve("damaged");
    Files.write(damaged, Arrays.copyOf(bytes, bytes.length + 1));
    assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
        .isInstanceOfSatisfying(
            DamagedBackupException.class, e -> assertThat(e.offset()).isEqualTo(bytes.length));
    for (int i = 0; i < bytes.length; i += 29) {
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
      System.arraycopy(bytes, i, longer, i + 1, bytes.length - i);
      longer[i] = (byte) ~bytes[i];
      Files.write(damaged, longer);
      assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
          .as("an extra byte %d", i)
          .isInstanceOf(DamagedBackupException.class);
    }
  }

  @Test
  void blocksOfAnotherBackupAreNotMistakenForItsOwn() throws Exception {
    byte[] bytes = Files.readAllBytes(SampleBackup.write(folder));
    byte[] twice = Arrays.copyOf(bytes, bytes.length * 2);
    System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
    Path damaged = folder.resolve("damaged");
    Files.write(damaged, twice);
    assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
        .hasMessageContaining("the backup ends before this byte");
  }

  @Test
  void aDamagedBackupChangesNothing() throws Exception {
    Path file = SampleBackup.write(folder);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 60] ^= 1;
    Files.write(file, bytes);
    try (Stores stores = new Stores()) {
      stores.backend(0).put(List.of(Write.put("kept", "1", Bytes.EMPTY)));
      var before = stores.backend(0).versions();
      assertThatThrownBy(() -> Backup.restore(file, stores.end(0), true, CopyProgress.NONE))
          .isInstanceOf(DamagedBackupException.class);
      assertThat(stores.backend(0).versions()).isEqualTo(before);
    }
  }

  /** Checksums find damage; these files have right ones. */
  @Test
  void aFileThatNoBackupWroteIsRefusedInWords() throws Exception {
    Path file = folder.resolve("forged");
    int[][] lengths = {{-1, 5}, {5, -1}, {5, Integer.MAX_VALUE}};
    for (int[] each : lengths) {
      BlockHeader header = new BlockHeader(BackupFormat.CONTENTS, 0, each[0], each[1], 0);
      ByteBuffer bytes = ByteBuffer.allocate(100);
      bytes.putLong(BackupFormat.MAGIC).putInt(BackupFormat.FULL);
      bytes.put(header.encode(BackupFormat.PREAMBLE));
      Files.write(file, bytes.array());
      assertThatThrownBy(() -> Backup.check(file, CopyProgress.NONE))
          .as("%d and %d bytes", each[0], each[1])
          .isInstanceOf(DamagedBackupException.class);
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      new BackupWriter(channel, null).finish(); // without contents
    }
    assertThatThrownBy(() -> Backup.check(file, CopyProgress.NONE))
        .isInstanceOf(DamagedBackupException.class);
  }

  @Test
  void anEndThatIsTooShortIsRefusedInWords() throws Exception {
    Path file = SampleBackup.write(folder);
    byte[] bytes = Files.readAllBytes(file);
    int at = BackupFormat.PREAMBLE;
    int number = 0;
    while (true) { // to the last block
      int next = at + BlockHeader.SIZE + ByteBuffer.wrap(bytes).getInt(at + 2 * Integer.BYTES);
      if (next == bytes.length) {
        break;
      }
      at = next;
      number++;
    }
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    deflater.setInput(new byte[3]);
    deflater.finish();
    byte[] content = new byte[100];
    int length = deflater.deflate(content);
    deflater.end();
    CRC32C crc = new CRC32C();
    crc.update(content, 0, length);
    BlockHeader header = new BlockHeader(BackupFormat.END, number, length, 3, (int) crc.getValue());
    ByteBuffer forged = ByteBuffer.allocate(at + BlockHeader.SIZE + length);
    forged.put(bytes, 0, at).put(header.encode(at)).put(content, 0, length);
    Files.write(file, forged.array());
    int end = at;
    assertThatThrownBy(() -> Backup.check(file, CopyProgress.NONE))
        .isInstanceOfSatisfying(
            DamagedBackupException.class, e -> assertThat(e.offset()).isEqualTo(end));
  }
}
