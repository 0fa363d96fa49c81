package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Damage in a batch of several records. */
class DamageInBatchesTest extends DamagedStore {
  @Test
  void aFeedNamesTheDamagedRecordOfABatch() throws IOException {
    long name = backend.versions().serverVersion();
    backend.put(List.of(batched(0), batched(1), batched(2)));
    List<String> words = damage(11);
    try (ChangeFeed feed = backend.changes(new Position(name, 9), null)) {
      assertThatThrownBy(feed::poll).satisfies(it -> assertDamage(it, words));
    }
  }

  @Test
  void aDamagedHeaderOfABatchHidesNoRecordFromAFeed() throws IOException {
    long name = backend.versions().serverVersion();
    backend.put(List.of(batched(0), batched(1), batched(2)));
    Segment segment = backend.store.history.directory.holding(10);
    long header = segment.offsetAt(segment.indexOf(10)) - 32;
    for (int at = 0; at < 32; at++) {
      Flips.flip(Path.of(segment.space.name()), header + at, at % 8);
      try (ChangeFeed feed = backend.changes(new Position(name, 9), null)) {
        assertThat(feed.poll().records())
            .extracting(StoredRecord::payload)
            .containsExactly(payload(0, 'b'), payload(1, 'b'), payload(2, 'b'));
      }
      Flips.flip(Path.of(segment.space.name()), header + at, at % 8);
    }
  }

  @Test
  void aDamagedNumberOfFollowersLeadsNowhere() throws IOException {
    long name = backend.versions().serverVersion();
    backend.put(List.of(batched(0), batched(1), batched(2)));
    for (int i = 0; i < 200; i++) {
      put(i % 9, 'c'); // so that a large number of followers does not exceed the versions
    }
    Segment segment = backend.store.history.directory.holding(10);
    int index = segment.indexOf(10);
    List<String> words = List.of(segment.space.name(), "offset " + segment.offsetAt(index) + ":");
    long flags = segment.offsetAt(index) + Frame.FLAGS;
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      Flips.flip(Path.of(segment.space.name()), flags + bit / 8, bit % 8);
      try (ChangeFeed feed = backend.changes(new Position(name, 9), null)) {
        assertThatThrownBy(feed::poll).satisfies(it -> assertDamage(it, words));
      }
      Flips.flip(Path.of(segment.space.name()), flags + bit / 8, bit % 8);
    }
  }

  @Test
  void aSnapshotReturnsTheRecordsOfABatchBesideTheDamagedOne() throws IOException {
    backend.put(List.of(batched(0), batched(1), batched(2)));
    List<String> words = damage(11);
    List<String> found = new ArrayList<>();
    int damaged = 0;
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      for (Iterator<StoredRecord> all = snapshot.records(); ; ) {
        try {
          if (!all.hasNext()) {
            break;
          }
          found.add(all.next().id());
        } catch (StorageFailedException failure) {
          assertDamage(failure, words);
          damaged++;
        }
      }
    }
    assertThat(damaged).isEqualTo(1);
    assertThat(found).hasSize(8).contains(id(0), id(2)).doesNotContain(id(1));
  }

  private static Write batched(int i) {
    return Write.put("t", id(i), payload(i, 'b'));
  }
}
