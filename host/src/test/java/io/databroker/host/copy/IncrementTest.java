package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncrementTest {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

  @TempDir Path folder;
  private final Stores stores = new Stores();
  private final Backend source = stores.backend(0);

  @AfterEach
  void close() {
    stores.close();
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Path full(String name) throws Exception {
    Backup.write(stores.end(0), file(name), false, NOW, CopyProgress.NONE);
    return file(name);
  }

  private Path increment(Path base, String name) throws Exception {
    Backup.writeIncrement(stores.end(0), base, file(name), false, NOW, CopyProgress.NONE);
    return file(name);
  }

  private static void put(Backend backend, String type, int from, int to) {
    List<Write> batch = new ArrayList<>();
    for (int i = from; i < to; i++) {
      batch.add(Write.put(type, "id" + i, Bytes.utf8("payload " + i + " of " + from)));
    }
    backend.put(batch);
  }

  /** Writes a full backup and two increments, with changes of every kind between them. */
  private List<Path> chain() throws Exception {
    put(source, "car", 0, 300);
    source.setOptions("car", TypeOptions.NONE.withCapacity(250));
    Path full = full("full");
    put(source, "car", 290, 310); // evicts, and rewrites
    source.put(List.of(Write.delete("car", "id200"), Write.put("bus", "1", Bytes.EMPTY)));
    source.restore(List.of(new StoredRecord("old", "1", 0, Bytes.utf8("x"), Instant.EPOCH, false)));
    source.setOptions("bus", TypeOptions.NONE.withCapacity(9));
    Path first = increment(full, "first");
    put(source, "car", 305, 308);
    source.put(List.of(Write.put("bus", "2", Bytes.EMPTY), Write.delete("bus", "2")));
    source.setOptions("car", new TypeOptions(null, Duration.ofDays(9), List.of("a")));
    source.setOptions("bus", TypeOptions.NONE);
    source.setCheckpoint(new Checkpoint(3, 4));
    return List.of(full, first, increment(first, "second"));
  }

  @Test
  void aRestoreOfAllIncrementsHasTheStateOfTheLast() throws Exception {
    List<Path> chain = chain();
    Backup last = Backup.restore(chain, stores.end(1), false, CopyProgress.NONE);
    assertThat(last.contents().position()).isEqualTo(source.versions().end());
    assertThat(Stores.inOrder(stores.backend(1))).isEqualTo(Stores.inOrder(source));
    assertThat(stores.backend(1).options()).isEqualTo(source.options());
    assertThat(stores.backend(1).checkpoint()).isEqualTo(new Checkpoint(3, 4));
    List<Backup> checked = Backup.check(chain, CopyProgress.NONE);
    assertThat(checked.get(2)).isEqualTo(last);
    assertThat(checked.get(2).base())
        .isEqualTo(
            new Backup.Base(
                checked.get(1).contents().position().version(), checked.get(1).sha256()));
    assertThat(Backup.check(chain.get(1), CopyProgress.NONE)).isEqualTo(checked.get(1));
    assertThat(Files.size(chain.get(2))).isLessThan(Files.size(chain.get(0)));
  }

  @Test
  void aRestoreOfSomeIncrementsHasTheStateOfThatTime() throws Exception {
    List<Path> chain = chain();
    Backup.restore(chain.subList(0, 2), stores.end(1), false, CopyProgress.NONE);
    assertThat(stores.backend(1).listTypes()).containsExactly("bus", "car", "old");
    assertThat(stores.backend(1).options()).containsOnlyKeys("bus", "car");
    assertThat(stores.backend(1).get("car", "id200")).isNull();
    assertThat(stores.backend(1).get("car", "id307").payload())
        .isEqualTo(Bytes.utf8("payload 307 of 290"));
  }

  @Test
  void anIncrementWithoutChangesCanBeContinued() throws Exception {
    put(source, "car", 0, 3);
    Path full = full("full");
    Path none = increment(full, "none");
    assertThat(Backup.check(none, CopyProgress.NONE).records()).isZero();
    put(source, "car", 1, 4);
    Backup.restore(
        List.of(full, none, increment(none, "some")), stores.end(1), false, CopyProgress.NONE);
    assertThat(Stores.inOrder(stores.backend(1))).isEqualTo(Stores.inOrder(source));
  }

  @Test
  void aFlippedByteOfAnyFileIsNamedAndChangesNothing() throws Exception {
    List<Path> chain = chain();
    stores.backend(1).put(List.of(Write.put("kept", "1", Bytes.EMPTY)));
    var before = stores.backend(1).versions();
    for (Path file : chain) {
      byte[] bytes = Files.readAllBytes(file);
      for (int i = 0; i < bytes.length; i += 19) {
        byte[] flipped = bytes.clone();
        flipped[i] ^= (byte) (1 << i % 8);
        Files.write(file, flipped);
        assertThatThrownBy(() -> Backup.restore(chain, stores.end(1), true, CopyProgress.NONE))
            .as("byte %d of %s", i, file)
            .isInstanceOf(DamagedBackupException.class)
            .hasMessageContaining(file + " is damaged at byte ");
      }
      Files.write(file, bytes);
    }
    assertThat(stores.backend(1).versions()).isEqualTo(before);
  }

  @Test
  void aGapOrAnotherOrderIsNamedAndChangesNothing() throws Exception {
    List<Path> chain = chain();
    Path full = chain.get(0);
    Path first = chain.get(1);
    Path second = chain.get(2);
    refused(List.of(full, second), second + " is an increment to the backup at version ");
    refused(List.of(full, second), "is missing");
    refused(List.of(full, second, first), "is missing");
    refused(List.of(full, first, first), first + " before it is at version ");
    refused(List.of(first, second), "begin with a full backup");
    refused(List.of(full, full), full + " is a full backup; only increments can follow " + full);
    refused(List.of(second), "begin with a full backup");
    // Two increments to one backup do not follow each other, though they have the same versions.
    Path twin = increment(first, "twin");
    refused(List.of(full, first, second, twin), "is missing");
    assertThat(stores.backend(1).versions().latest()).isZero();
  }

  private void refused(List<Path> files, String message) {
    assertThatThrownBy(() -> Backup.restore(files, stores.end(1), true, CopyProgress.NONE))
        .isInstanceOf(CopyException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> Backup.check(files, CopyProgress.NONE)).hasMessageContaining(message);
  }

  @Test
  void aStoreThatNoLongerHoldsTheChangesIsNamed() throws Exception {
    put(source, "car", 0, 3);
    Path full = full("full");
    put(source, "car", 3, 6);
    source.trim(Instant.now().plus(Duration.ofDays(1)));
    put(source, "car", 6, 7);
    assertThatThrownBy(() -> increment(full, "late"))
        .isInstanceOf(CopyException.class)
        .hasMessageContaining("no longer holds the changes after version 3")
        .hasMessageContaining("take a full backup");
    assertThat(file("late")).doesNotExist();
    assertThat(file("late.partial")).doesNotExist();
  }

  @Test
  void aStoreWithAnotherHistoryIsNamed() throws Exception {
    put(source, "car", 0, 3);
    Path full = full("full");
    long history = source.versions().serverVersion();
    source.clear();
    put(source, "car", 0, 5);
    assertThatThrownBy(() -> increment(full, "foreign"))
        .isInstanceOf(CopyException.class)
        .hasMessageContaining("is a backup of history " + Long.toUnsignedString(history));
    assertThat(file("foreign")).doesNotExist();
  }

  @Test
  void anIncrementDoesNotReplaceItsBase() throws Exception {
    put(source, "car", 0, 3);
    Path full = full("full");
    Path alias = Files.createSymbolicLink(file("alias"), full);
    for (Path file : List.of(full, alias)) {
      assertThatThrownBy(
              () -> Backup.writeIncrement(stores.end(0), full, file, true, NOW, CopyProgress.NONE))
          .isInstanceOf(CopyException.class)
          .hasMessageContaining("name another file");
    }
    assertThat(Backup.check(full, CopyProgress.NONE).records()).isEqualTo(3);
    // A backup that was complete but had not got its name when its process was killed.
    Path partial = Files.move(full, file("next.partial"));
    assertThatThrownBy(() -> increment(partial, "next"))
        .isInstanceOf(CopyException.class)
        .hasMessageContaining("name another file");
    assertThat(Backup.check(partial, CopyProgress.NONE).records()).isEqualTo(3);
  }

  @Test
  void aDamagedBaseIsNotContinued() throws Exception {
    put(source, "car", 0, 3);
    Path full = full("full");
    byte[] bytes = Files.readAllBytes(full);
    bytes[bytes.length - 1] ^= 1;
    Files.write(full, bytes);
    assertThatThrownBy(() -> increment(full, "first")).isInstanceOf(DamagedBackupException.class);
  }

  @Test
  void anIncrementHoldsOneVersionWhileOthersWrite() throws Exception {
    put(source, "car", 0, 100);
    Path full = full("full");
    put(source, "car", 50, 150);
    List<StoredRecord> before = Stores.inOrder(source);
    Backup first =
        Backup.writeIncrement(
            stores.end(0),
            full,
            file("first"),
            false,
            NOW,
            (step, changes) -> {
              if (step == CopyProgress.Step.WRITE) {
                put(source, "car", 0, 3);
              }
            });
    assertThat(first.records()).isEqualTo(100);
    Path second = increment(file("first"), "second");
    Backup.restore(List.of(full, file("first")), stores.end(1), false, CopyProgress.NONE);
    assertThat(Stores.inOrder(stores.backend(1))).isEqualTo(before);
    Backup.restore(List.of(full, file("first"), second), stores.end(1), true, CopyProgress.NONE);
    assertThat(Stores.inOrder(stores.backend(1))).isEqualTo(Stores.inOrder(source));
  }

  @Test
  void anOutageOfTheSourceIsOutlasted() throws Exception {
    put(source, "car", 0, 10);
    Path full = full("full");
    for (int i = 0; i < 5; i++) {
      put(source, "car", i, i + 3);
    }
    AtomicInteger polls = new AtomicInteger();
    CopyEnd failing =
        new Forwarding(stores.end(0)) {
          @Override
          public Feed changes(Position from) {
            Feed feed = super.changes(from);
            return new Feed() {
              @Override
              public Changes next(Duration patience) throws InterruptedException {
                if (polls.incrementAndGet() % 2 == 0) {
                  throw new UnavailableException("away", null);
                }
                return feed.next(patience);
              }

              @Override
              public void close() {
                feed.close();
              }
            };
          }
        };
    Backup.writeIncrement(failing, full, file("first"), false, NOW, CopyProgress.NONE);
    assertThat(polls.get()).isGreaterThan(5);
    Backup.restore(List.of(full, file("first")), stores.end(1), false, CopyProgress.NONE);
    assertThat(Stores.inOrder(stores.backend(1))).isEqualTo(Stores.inOrder(source));
  }
}
