package io.databroker.offheap;

import static io.databroker.offheap.SmallStore.put;
import static io.databroker.offheap.SmallStore.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes to a store without room, or on a failing disk. */
class StorageTroubleTest {
  @TempDir Path scratch;

  @Test
  void aFullIndexTakesNothingOfABatchAndNamesTheSettings() {
    try (Backend backend = Opening.open(SmallStore.settings(null), BackendContext.standard())) {
      StorageFullException full = null;
      int stored = 0;
      while (full == null) {
        try {
          // A new key and an existing one: neither is written if there is no room for the first.
          backend.put(
              List.of(
                  Write.put("t", "key-" + stored, Bytes.utf8("v")),
                  Write.put("t", "same", Bytes.utf8("v" + stored))));
          stored++;
        } catch (StorageFullException found) {
          full = found;
        }
      }
      assertThat(full).hasMessageContaining("expectedRecords").hasMessageContaining("growth");
      assertThat(stored).isGreaterThan(1_000);
      assertThat(backend.versions().latest()).isEqualTo(2L * stored);
      assertThat(records(backend)).isEqualTo(stored + 1);
      assertThat(backend.get("t", "same").payload()).isEqualTo(Bytes.utf8("v" + (stored - 1)));
      assertThat(backend.get("t", "key-" + stored)).isNull();
      for (int i = 0; i < stored; i++) {
        assertThat(backend.get("t", "key-" + i)).isNotNull();
      }
      // Existing records can be rewritten, and deletes make room.
      backend.put(put("same", 10));
      for (int i = 0; i < 200; i++) {
        backend.put(List.of(Write.delete("t", "key-" + i)));
      }
      for (int i = 0; i < 100; i++) {
        backend.put(put("key-" + i, 10));
      }
      assertThat(records(backend)).isEqualTo(stored + 1 - 100);
    }
  }

  @Test
  void aFullDiskTakesNothingOfABatchAndGoesOnWhenThereIsRoom() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = spaces.open()) {
      backend.put(put("a", 10));
      spaces.failWrites(FailingSpaces.FULL);
      Versions before = backend.versions();
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> backend.put(put("b", 300)))
            .isInstanceOf(StorageFullException.class);
        assertThatThrownBy(() -> backend.put(put("b", 1 << 17)))
            .isInstanceOf(StorageFullException.class);
      }
      assertThat(backend.versions()).isEqualTo(before);
      assertThat(backend.get("t", "b")).isNull();
      assertThat(backend.get("t", "a")).isNotNull();
      spaces.failWrites(null);
      backend.put(put("b", 300));
      assertThat(backend.get("t", "b").version()).isEqualTo(2);
      assertThat(records(backend)).isEqualTo(2);
    }
  }

  @Test
  void optionsThatAFullDiskDoesNotTakeChangeNothing() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = spaces.open()) {
      for (int i = 0; i < 10; i++) {
        backend.put(put("key-" + i, 10));
      }
      TypeOptions four = TypeOptions.NONE.withCapacity(4);
      spaces.failWrites(FailingSpaces.FULL);
      assertThatThrownBy(() -> backend.setOptions("t", four))
          .isInstanceOf(StorageFullException.class);
      spaces.failWrites(null);
      backend.put(put("another", 10));
      assertThat(backend.options()).isEmpty();
      assertThat(records(backend)).isEqualTo(11);
      backend.setOptions("t", four);
      assertThat(backend.options()).containsEntry("t", four);
      assertThat(records(backend)).isEqualTo(4);
    }
  }

  @Test
  void aDiskThatFailsToWriteIsNotCalledFull() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = spaces.open()) {
      backend.put(put("a", 10));
      spaces.failWrites("Input/output error");
      assertThatThrownBy(() -> backend.put(put("b", 10)))
          .isInstanceOf(StorageFailedException.class)
          .hasMessageContaining("nothing was applied");
      assertThat(backend.get("t", "b")).isNull();
    }
  }

  @Test
  void afterAFailedForceTheOutcomeIsUnknownAndOnlyReadingGoesOn() {
    FailingSpaces spaces = new FailingSpaces();
    OffheapSettings disk = new OffheapSettings(scratch, Durability.DISK, 1_000, 1, 1 << 16);
    try (Backend backend = Opening.inSpaces(spaces, disk, BackendContext.standard())) {
      backend.put(put("a", 10));
      spaces.forceFailure = new IOException("Input/output error");
      assertThatThrownBy(() -> backend.put(put("b", 10)))
          .isInstanceOf(OutcomeUnknownException.class);
      spaces.forceFailure = null;
      assertThatThrownBy(() -> backend.put(put("c", 10)))
          .isInstanceOf(StorageFailedException.class)
          .hasMessageContaining("reopen");
      assertThat(backend.get("t", "a")).isNotNull();
      assertThat(backend.get("t", "b")).isNull();
      assertThat(backend.versions().latest()).isEqualTo(1);
      assertThat(records(backend)).isEqualTo(1);
    }
  }
}
