package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.Limits;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A copy never has a checkpoint that names changes which are not in it: the follower of the copy
 * would skip them.
 */
class CopiedCheckpointTest {
  private static final Checkpoint BEFORE = new Checkpoint(7, 1);

  @TempDir Path folder;
  private final Stores stores = new Stores();
  private final Backend source = stores.backend(0);

  @BeforeEach
  void follow() {
    apply(1);
  }

  @AfterEach
  void close() {
    stores.close();
  }

  /** Applies a change of another store, as a follower does. */
  private void apply(int version) {
    source.put(List.of(Write.put("view", "of " + version, Bytes.EMPTY)));
    source.setCheckpoint(new Checkpoint(7, version));
  }

  private Backup full(CopyEnd end) throws Exception {
    return Backup.write(end, folder.resolve("full"), false, Instant.EPOCH, CopyProgress.NONE);
  }

  @Test
  void aFullBackupHasTheCheckpointFromBeforeItsVersion() throws Exception {
    Backend followed =
        new ForwardingBackend(source) {
          @Override
          public Snapshot snapshot(Selection selection) {
            Snapshot snapshot = super.snapshot(selection);
            apply(2);
            return snapshot;
          }
        };
    Backup backup = full(new BackendCopy(followed, Limits.FLOOR));
    assertThat(backup.contents().position().version()).isEqualTo(1);
    assertThat(backup.contents().checkpoint()).isEqualTo(BEFORE);
  }

  @Test
  void aBackupHasNoCheckpointFromBeforeAClear() throws Exception {
    Backend cleared =
        new ForwardingBackend(source) {
          @Override
          public Snapshot snapshot(Selection selection) {
            super.clear();
            return super.snapshot(selection);
          }
        };
    Backup backup = full(new BackendCopy(cleared, Limits.FLOOR));
    assertThat(backup.records()).isZero();
    assertThat(backup.contents().checkpoint()).isEqualTo(Checkpoint.NONE);
  }

  @Test
  void anIncrementHasTheCheckpointFromBeforeItsVersion() throws Exception {
    full(stores.end(0));
    CopyEnd followed =
        new Forwarding(stores.end(0)) {
          @Override
          public Versions versions() {
            Versions versions = super.versions();
            apply(2);
            return versions;
          }
        };
    Backup increment =
        Backup.writeIncrement(
            followed,
            folder.resolve("full"),
            folder.resolve("next"),
            false,
            Instant.EPOCH,
            CopyProgress.NONE);
    assertThat(increment.contents().position().version()).isEqualTo(1);
    assertThat(increment.contents().checkpoint()).isEqualTo(BEFORE);
  }

  @Test
  void aCopyHasTheCheckpointFromBeforeItsLastVersion() throws Exception {
    CopyEnd followed =
        new Forwarding(stores.end(0)) {
          @Override
          public Map<String, TypeOptions> options() {
            apply(2);
            return super.options();
          }
        };
    StoreCopy.Result result =
        new StoreCopy(followed, stores.end(1), null, CopyProgress.NONE).run(false);
    assertThat(result.position().version()).isEqualTo(1);
    assertThat(stores.backend(1).checkpoint()).isEqualTo(BEFORE);
  }

  @Test
  void aClearOfTheSourceAtTheEndOfACopyIsNamed() {
    source.setOptions("view", TypeOptions.NONE.withCapacity(5));
    CopyEnd cleared =
        new Forwarding(stores.end(0)) {
          @Override
          public Map<String, TypeOptions> options() {
            super.clear();
            return super.options();
          }
        };
    StoreCopy copy = new StoreCopy(cleared, stores.end(1), null, CopyProgress.NONE);
    assertThatThrownBy(() -> copy.run(false))
        .isInstanceOf(CopyException.class)
        .hasMessageContaining("another history");
    assertThat(UnfinishedMark.of(stores.backend(1))).isNotNull();
  }
}
