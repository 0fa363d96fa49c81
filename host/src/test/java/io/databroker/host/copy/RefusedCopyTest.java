package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.Checkpoint;
import io.databroker.api.LimitExceededException;
import io.databroker.api.Limits;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnsupportedException;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies that would lose records of their target change nothing. */
class RefusedCopyTest {
  @TempDir Path folder;

  @Test
  void aTargetKeepsItsRecordsIfItCannotHoldThoseOfTheSource() throws Exception {
    StoredRecord large =
        new StoredRecord("car", "1", 1, Bytes.copyOf(new byte[2 << 20]), Instant.EPOCH, false);
    try (Stores stores = new Stores()) {
      stores.backend(0).put(List.of(Write.put("car", "1", Bytes.EMPTY)));
      stores.backend(1).put(List.of(Write.put("kept", "1", Bytes.EMPTY)));
      CopyEnd source =
          new Forwarding(stores.end(0)) {
            @Override
            public StoreContents read(Consumer<StoredRecord> records) {
              return super.read(record -> records.accept(large));
            }
          };
      Path file = folder.resolve("large.backup");
      Backup.write(source, file, false, Instant.EPOCH, CopyProgress.NONE);
      CopyEnd target = stores.end(1);
      StoreCopy copy = new StoreCopy(source, target, null, CopyProgress.NONE);
      assertThatThrownBy(() -> copy.run(true))
          .isInstanceOf(LimitExceededException.class)
          .hasMessageContaining("payload of record \"1\" of type \"car\" has 2097152 bytes");
      assertThatThrownBy(() -> Backup.restore(file, target, true, CopyProgress.NONE))
          .isInstanceOf(LimitExceededException.class);
      assertThat(stores.backend(1).listTypes()).containsExactly("kept");
    }
  }

  @Test
  void aTargetKeepsItsRecordsIfItCannotHoldTheOptionsOfTheSource() throws Exception {
    String longest = "f".repeat(Limits.FLOOR.idBytes() + 1);
    try (Stores stores = new Stores()) {
      stores.backend(0).setOptions("car", TypeOptions.NONE.withIndexedFields(longest));
      stores.backend(1).put(List.of(Write.put("kept", "1", Bytes.EMPTY)));
      Path file = folder.resolve("options.backup");
      Backup.write(stores.end(0), file, false, Instant.EPOCH, CopyProgress.NONE);
      CopyEnd target = stores.end(1);
      StoreCopy copy = new StoreCopy(stores.end(0), target, null, CopyProgress.NONE);
      assertThatThrownBy(() -> copy.run(true))
          .isInstanceOf(LimitExceededException.class)
          .hasMessageContaining("indexed field of type \"car\" has 1025 bytes");
      assertThatThrownBy(() -> Backup.restore(file, target, true, CopyProgress.NONE))
          .isInstanceOf(LimitExceededException.class);
      assertThat(stores.backend(1).listTypes()).containsExactly("kept");
    }
  }

  @Test
  void aStoreWithTheCheckpointOfAFollowerIsNoUnfinishedCopy() throws Exception {
    try (Stores stores = new Stores()) {
      Backend source = stores.backend(0);
      Backend follower = stores.backend(1);
      source.put(List.of(Write.put("car", "1", Bytes.EMPTY)));
      long reached = source.versions().latest();
      source.put(List.of(Write.put("car", "2", Bytes.EMPTY)));
      follower.put(List.of(Write.put("view", "of car 1", Bytes.EMPTY)));
      follower.setCheckpoint(new Checkpoint(source.versions().serverVersion(), reached));
      var before = follower.versions();
      StoreCopy copy = new StoreCopy(stores.end(0), stores.end(1), null, CopyProgress.NONE);
      assertThatThrownBy(() -> copy.run(false))
          .isInstanceOf(CopyException.class)
          .hasMessageContaining("not empty");
      assertThat(follower.versions()).isEqualTo(before);
    }
  }

  @Test
  void aTargetThatCannotRestoreKeepsItsRecords() throws Exception {
    try (Stores stores = new Stores()) {
      SampleBackup.fill(stores.backend(0));
      stores.backend(1).put(List.of(Write.put("kept", "1", Bytes.EMPTY)));
      CopyEnd target =
          new Forwarding(stores.end(1)) {
            @Override
            public void restore(List<StoredRecord> batch) {
              throw new UnsupportedException(Capability.RESTORE);
            }
          };
      assertThatThrownBy(
              () -> new StoreCopy(stores.end(0), target, null, CopyProgress.NONE).run(true))
          .isInstanceOf(UnsupportedException.class);
      assertThat(stores.backend(1).listTypes()).containsExactly("kept");
    }
  }

  @Test
  void aStoreIsNotCopiedIntoItself() throws Exception {
    try (Stores stores = new Stores()) {
      Backend a = stores.backend(0);
      SampleBackup.fill(a);
      a.setOptions("t0", TypeOptions.NONE.withCapacity(50));
      Versions before = a.versions();
      for (boolean replace : new boolean[] {false, true}) {
        assertThatThrownBy(
                () ->
                    new StoreCopy(stores.end(0), stores.end(0), null, CopyProgress.NONE)
                        .run(replace))
            .isInstanceOf(CopyException.class)
            .hasMessageContaining("same history");
      }
      assertThat(a.versions()).isEqualTo(before);
      assertThat(a.options()).containsKey("t0");
    }
  }

  @Test
  void aStoreThatHoldsSomethingIsReplacedOnlyIfToldTo() throws Exception {
    try (Stores stores = new Stores()) {
      SampleBackup.fill(stores.backend(0));
      stores.backend(1).put(List.of(Write.put("kept", "1", Bytes.EMPTY)));
      assertThatThrownBy(
              () -> new StoreCopy(stores.end(0), stores.end(1), null, CopyProgress.NONE).run(false))
          .isInstanceOf(CopyException.class)
          .hasMessageContaining("not empty");
      new StoreCopy(stores.end(0), stores.end(1), null, CopyProgress.NONE).run(true);
      StoreComparison compared = stores.compare();
      assertThat(compared.difference()).isNull();
      assertThat(compared.isEqual()).isTrue();
    }
  }
}
