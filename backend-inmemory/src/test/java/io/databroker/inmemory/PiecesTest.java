package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.databroker.api.FieldValue;
import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Edge cases of the single parts. */
class PiecesTest {
  private final Table table = new Table("t", 0, 0);

  private Entry entry(long version, int slot, boolean deleted, Instant time) {
    return new Entry(
        table, new StoredRecord("t", "k" + slot, version, Bytes.EMPTY, time, deleted), slot);
  }

  private Entry entry(long version, int slot, boolean deleted) {
    return entry(version, slot, deleted, Instant.EPOCH);
  }

  @Test
  void aLogIsItsModelAtEveryEdge() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int run = 0; run < 200; run++) {
      long first = random.nextInt(20);
      Log<Entry> log = new Log<>(2, first, Entry::version);
      List<Entry> model = new ArrayList<>();
      long version = 0;
      for (int step = 0; step < 60; step++) {
        switch (random.nextInt(8)) {
          case 0 -> {
            int gone = random.nextInt(model.size() + 1);
            log.trim(first + gone);
            first += gone;
            model.subList(0, gone).clear();
          }
          case 1 -> {
            int kept = random.nextInt(model.size() + 1);
            log.truncate(first + kept);
            model.subList(kept, model.size()).clear();
          }
          default -> {
            version += 1 + random.nextInt(3);
            Entry added = entry(version, 0, false);
            log.append(added);
            model.add(added);
          }
        }
        Log.View<Entry> view = log.view();
        assertThat(view.first()).as("seed %d", seed).isEqualTo(first);
        assertThat(log.end()).as("seed %d", seed).isEqualTo(first + model.size());
        for (int i = -2; i < model.size() + 9; i++) {
          assertThat(view.get(first + i))
              .as("seed %d", seed)
              .isSameAs(i < 0 || i >= model.size() ? null : model.get(i));
        }
        long committed = random.nextInt((int) version + 2);
        long after = random.nextInt((int) version + 2);
        long expected = first;
        for (Entry held : model) {
          expected += held.version() <= Math.min(after, committed) ? 1 : 0;
        }
        assertThat(view.after(after, committed)).as("seed %d", seed).isEqualTo(expected);
      }
    }
  }

  @Test
  void aViewKeepsWhatItHeldWhenItIsTrimmedBehindIt() {
    Log<Entry> log = new Log<>(2, 0, Entry::version);
    for (int i = 0; i < 6; i++) {
      log.append(entry(i + 1, i, false));
    }
    Log.View<Entry> view = log.view();
    log.trim(5);
    assertThat(view.get(0).version()).isEqualTo(1);
    assertThat(log.view().get(4)).isNull();
    assertThat(log.view().get(5).version()).isEqualTo(6);
  }

  @Test
  void aBaseAdvancesToAVersionAndSharesNoChange() {
    Log<Entry> log = new Log<>(2, 0, Entry::version);
    log.append(entry(1, 0, false));
    log.append(entry(2, 300, false));
    log.append(entry(5, 0, true));
    Base one = Base.EMPTY.advance(log.view(), 1);
    Base four = one.advance(log.view(), 4);
    Base five = four.advance(log.view(), 9);
    assertThat(versions(Base.EMPTY)).isEmpty();
    assertThat(versions(one)).containsExactly(1L);
    assertThat(versions(four)).containsExactly(1L, 2L);
    assertThat(versions(five)).containsExactly(2L);
    assertThat(four.advance(log.view(), 4)).isSameAs(four);
    log.trim(2);
    assertThat(one.advance(log.view(), 9)).as("what it needs was trimmed").isNull();
    assertThat(versions(four.advance(log.view(), 9))).containsExactly(2L);
  }

  private static List<Long> versions(Base base) {
    List<Long> versions = new ArrayList<>();
    Base.records(List.of(Base.EMPTY, base)).forEachRemaining(r -> versions.add(r.version()));
    return versions;
  }

  @Test
  void aWalkFindsEachRecordOnceWhateverSlotsAreFree() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int run = 0; run < 300; run++) {
      List<Base> bases = new ArrayList<>();
      List<Long> expected = new ArrayList<>();
      long version = 0;
      for (int i = random.nextInt(4); i > 0; i--) {
        Log<Entry> log = new Log<>(6, 0, Entry::version);
        int slots = 1 + random.nextInt(1_200);
        int gap = random.nextInt(3) == 0 ? 1 + random.nextInt(300) : 1;
        for (int slot = 0; slot < slots; slot += gap) {
          boolean deleted = random.nextInt(8) == 0;
          log.append(entry(++version, slot, deleted));
          if (!deleted) {
            expected.add(version);
          }
        }
        bases.add(Base.EMPTY.advance(log.view(), version));
        bases.add(Base.EMPTY);
      }
      List<Long> found = new ArrayList<>();
      Iterator<StoredRecord> walk = Base.records(bases);
      while (random.nextBoolean() ? walk.hasNext() : found.size() < expected.size()) {
        found.add(walk.next().version());
      }
      assertThat(found).as("seed %d", seed).isEqualTo(expected);
      assertThat(walk.hasNext()).as("seed %d", seed).isFalse();
      assertThatThrownBy(walk::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void theWriteOrderKnowsHowFarTimesSteppedBack() {
    WriteOrder order = new WriteOrder();
    Entry first = entry(1, 1, false, Instant.ofEpochSecond(100));
    Entry second = entry(2, 2, false, Instant.ofEpochSecond(100));
    Entry third = entry(3, 3, false, Instant.ofEpochSecond(99, 999_999_000));
    order.reserve(3);
    order.append(first);
    order.append(second);
    assertThat(order.slack()).isZero();
    order.append(third);
    assertThat(order.slack()).isBetween(1L, 2L);
    order.remove(second);
    assertThat(inOrder(order)).containsExactly(first, third);
    assertThat(second.run).as("what it would keep").isNull();
    order.remove(first);
    order.remove(third);
    assertThat(inOrder(order)).isEmpty();
    order.reserve(1);
    order.append(entry(4, 4, false, Instant.EPOCH));
    assertThat(order.slack()).as("begun anew").isZero();
  }

  /**
   * Compares a write order with a list, over runs that become empty at the front, in the middle and
   * at the end.
   */
  @Test
  void theWriteOrderIsThatOfTheAppends() {
    WriteOrder order = new WriteOrder();
    List<Entry> model = new ArrayList<>();
    Random random = new Random(7);
    for (int i = 1; i <= 20_000; i++) {
      int alike = i / 500 % 2 == 0 ? 1 : 3; // grows, then shrinks
      if (random.nextInt(4) < alike || model.isEmpty()) {
        Entry entry = entry(i, i, false, Instant.EPOCH);
        order.reserve(1 + random.nextInt(3));
        order.append(entry);
        model.add(entry);
      } else {
        int end = random.nextBoolean() ? model.size() : Math.min(model.size(), 3);
        order.remove(model.remove(random.nextInt(end)));
      }
      if (i % 100 == 0) {
        assertThat(inOrder(order)).isEqualTo(model);
      }
    }
    model.forEach(order::remove);
    assertThat(inOrder(order)).isEmpty();
  }

  private static List<Entry> inOrder(WriteOrder order) {
    List<Entry> entries = new ArrayList<>();
    for (Entry entry = order.oldest(); entry != null; entry = order.after(entry)) {
      entries.add(entry);
    }
    return entries;
  }

  @Test
  void anIndexFindsByOldAndNewValuesUntilOneIsKept() {
    FieldIndex index = new FieldIndex(List.of("f"), new Usage());
    FieldValue old = new FieldValue("f", "old");
    FieldValue young = new FieldValue("f", "young");
    index.add("a", Map.of("f", "old"));
    index.keep("a", Map.of("f", "old"));
    index.add("a", Map.of("f", "young"));
    assertThat(List.of(index.ids(old), index.ids(young))).containsOnly(Set.of("a"));
    index.revert("a", Map.of("f", "young"));
    assertThat(index.ids(young)).isEmpty();
    index.add("a", Map.of("f", "young"));
    index.keep("a", Map.of("f", "young"));
    assertThat(index.ids(old)).isEmpty();
    assertThat(index.ids(young)).containsExactly("a");
    index.keep("a", Map.of());
    assertThat(index.ids(young)).isEmpty();
    assertThat(index.ids(new FieldValue("g", "young"))).isEmpty();
  }

  @Test
  void slotsAreUsedAgainAndNeverTwiceAtOnce() {
    Slots slots = new Slots();
    Set<Integer> used = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      assertThat(used.add(slots.take())).isTrue();
    }
    for (int slot = 0; slot < 100; slot += 3) {
      slots.release(slot);
      used.remove(slot);
    }
    while (used.size() < 100) {
      assertThat(used.add(slots.take())).isTrue();
    }
    assertThat(slots.take()).isEqualTo(100);
  }
}
