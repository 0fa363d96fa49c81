package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store in which a restore or a copy was interrupted is never accepted as complete. */
class UnfinishedMarkTest {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

  @TempDir Path folder;

  /** A kill, as the interrupted work sees it: the store accepts no further call. */
  private static final class KilledException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A target that is killed just before one of its changes. */
  private static final class Killed extends Forwarding {
    private int left;

    Killed(CopyEnd end, int left) {
      super(end);
      this.left = left;
    }

    private void change() {
      if (left-- == 0) {
        throw new KilledException();
      }
    }

    boolean survived() {
      return left >= 0;
    }

    @Override
    public void clear() {
      change();
      super.clear();
    }

    @Override
    public void restore(List<StoredRecord> batch) {
      change();
      super.restore(batch);
    }

    @Override
    public void setOptions(String type, TypeOptions options) {
      change();
      super.setOptions(type, options);
    }

    @Override
    public void setCheckpoint(Checkpoint checkpoint) {
      change();
      super.setCheckpoint(checkpoint);
    }

    @Override
    public int batchRecords() {
      return 2;
    }
  }

  private interface Work {
    void run(CopyEnd source, CopyEnd target) throws Exception;
  }

  private static void fill(Backend backend) {
    for (int i = 0; i < 5; i++) {
      backend.put(List.of(Write.put("car", "id" + i, Bytes.utf8("x" + i))));
    }
    backend.setOptions("car", TypeOptions.NONE.withCapacity(10));
    backend.setCheckpoint(new Checkpoint(3, 4));
  }

  /** Interrupts work just before each of its changes, and then repeats the work. */
  private void isToldAfterEachInterruption(String kind, Work work, Work again) throws Exception {
    int partial = 0;
    for (int left = 0; ; left++) {
      try (Stores stores = new Stores()) {
        fill(stores.backend(0));
        Killed target = new Killed(stores.end(1), left);
        Supplier<StoreComparison> compare =
            () -> {
              try {
                return StoreComparison.of(stores.end(0), stores.end(1), folder, CopyProgress.NONE);
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            };
        try {
          work.run(stores.end(0), target);
        } catch (KilledException e) {
          // the interruption
        }
        if (target.survived()) {
          assertThat(compare.get().isEqual()).isTrue();
          assertThat(UnfinishedMark.of(stores.backend(1))).isNull();
          break;
        }
        if (!stores.backend(1).listTypes().isEmpty()) {
          partial++;
          assertThat(UnfinishedMark.of(stores.backend(1))).contains("a " + kind + " into it");
          assertThatThrownBy(compare::get).hasMessageContaining("second store holds only a part");
          assertThatThrownBy(
                  () ->
                      Backup.write(
                          stores.end(1), folder.resolve("part"), true, NOW, CopyProgress.NONE))
              .isInstanceOf(CopyException.class)
              .hasMessageContaining(kind + " into it is not finished");
        }
        again.run(stores.end(0), stores.end(1));
        assertThat(compare.get().isEqual()).isTrue();
        assertThat(stores.backend(1).listTypes()).containsExactly("car");
        assertThat(stores.backend(1).checkpoint()).isEqualTo(new Checkpoint(3, 4));
      }
    }
    assertThat(partial).isGreaterThan(3);
  }

  @Test
  void anInterruptedRestoreIsTold() throws Exception {
    Path file = folder.resolve("a.backup");
    Work restore =
        (source, target) -> {
          Backup.write(source, file, true, NOW, CopyProgress.NONE);
          var unused = Backup.restore(file, target, true, CopyProgress.NONE);
        };
    isToldAfterEachInterruption("restore", restore, restore);
  }

  @Test
  void anInterruptedCopyIsTold() throws Exception {
    Work copy =
        (source, target) -> new StoreCopy(source, target, folder, CopyProgress.NONE, 0).run(false);
    isToldAfterEachInterruption("copy", copy, copy);
  }

  @Test
  void aPartThatIsAcceptedCountsAsWhole() throws Exception {
    try (Stores stores = new Stores()) {
      fill(stores.backend(0));
      UnfinishedMark.set(stores.end(0), UnfinishedMark.RESTORE);
      UnfinishedMark.set(stores.end(0), UnfinishedMark.copyOf(7));
      assertThat(UnfinishedMark.of(stores.backend(0))).isNotNull();
      UnfinishedMark.acceptPart(stores.end(0));
      assertThat(UnfinishedMark.of(stores.backend(0))).isNull();
      assertThat(stores.backend(0).listTypes()).containsExactly("car");
    }
  }
}
