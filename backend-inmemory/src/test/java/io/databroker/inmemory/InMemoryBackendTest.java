package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.CheckedBackend;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Settings;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Interplay of the parts of this backend, beyond the rules of the kit. */
class InMemoryBackendTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private Backend backend;

  @BeforeEach
  void open() {
    InMemoryProvider provider = new InMemoryProvider();
    FieldExtractor firstLetter =
        new FieldExtractor() {
          @Override
          public String fingerprint() {
            return "first-letter";
          }

          @Override
          public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
            String text = payload.toUtf8();
            return text.isEmpty() ? Map.of() : Map.of("letter", text.substring(0, 1));
          }
        };
    BackendContext context =
        BackendContext.standard().withClock(now::get).withExtractor(firstLetter);
    backend =
        CheckedBackend.over(
            provider.open(Settings.defaults(), context), provider.limits(Settings.defaults()));
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private StoredRecord put(String type, String id, String payload) {
    return backend.put(List.of(Write.put(type, id, Bytes.utf8(payload)))).records().get(0);
  }

  @Test
  void aFeedTellsItsPartOfEachBatchWhereverItWasOpened() {
    String[] types = {"a", "a", "b", "a", "a", "c", "b"};
    int[] sizes = {2, 3, 2}; // of only a, of a and b, of c and b
    List<StoredRecord> all = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    for (int size : sizes) {
      List<Write> batch = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        int number = all.size() + i;
        batch.add(Write.put(types[number], "k" + number, Bytes.utf8("p" + number)));
      }
      all.addAll(backend.put(batch).records());
      ends.add(backend.versions().latest());
    }
    for (String type : new String[] {null, "a", "b", "c", "d"}) {
      for (long from = 0; from <= all.size(); from++) {
        long after = from;
        List<StoredRecord> told = new ArrayList<>();
        Position start = new Position(backend.versions().serverVersion(), from);
        try (ChangeFeed feed = backend.changes(start, type)) {
          for (Changes changes = feed.poll(); changes != null; changes = feed.poll()) {
            told.addAll(changes.records());
            assertThat(ends).contains(changes.position().version());
          }
        }
        assertThat(told)
            .as("%s from %d", type, from)
            .containsExactlyElementsOf(
                all.stream()
                    .filter(it -> it.version() > after && (type == null || it.type().equals(type)))
                    .toList());
      }
    }
  }

  private List<String> payloads(Selection selection) {
    List<String> found = new ArrayList<>();
    try (Snapshot snapshot = backend.snapshot(selection)) {
      snapshot.records().forEachRemaining(r -> found.add(r.payload().toUtf8()));
    }
    found.sort(null);
    return found;
  }

  @Test
  void aRecordComesAndGoes() {
    StoredRecord stored = put("t", "a", "one");
    assertThat(backend.get("t", "a")).isEqualTo(stored);
    assertThat(backend.listTypes()).containsExactly("t");
    backend.put(List.of(Write.delete("t", "a")));
    assertThat(backend.get("t", "a")).isNull();
    assertThat(backend.listTypes()).isEmpty();
    assertThat(backend.versions().latest()).isEqualTo(2);
  }

  @Test
  void aBatchThatRepeatsAndEvictsIsToldWhole() {
    backend.setOptions("t", TypeOptions.NONE.withCapacity(2));
    put("t", "a", "a1");
    put("t", "b", "b1");
    Position before = backend.versions().end();
    backend.put(
        List.of(
            Write.put("t", "c", Bytes.utf8("c1")),
            Write.put("t", "a", Bytes.utf8("a2")),
            Write.put("t", "c", Bytes.utf8("c2")),
            Write.put("t", "d", Bytes.utf8("d1"))));
    try (ChangeFeed feed = backend.changes(before, null)) {
      Changes changes = feed.poll();
      assertThat(changes.records())
          .extracting(r -> r.version() + r.id() + r.payload().toUtf8() + (r.deleted() ? "-" : "+"))
          .containsExactly("3cc1+", "4aa2+", "5cc2+", "6dd1+", "7bb1-", "8aa2-");
      assertThat(feed.poll()).isNull();
    }
    assertThat(payloads(Selection.all())).containsExactly("c2", "d1");
  }

  @Test
  void aConditionThatDoesNotHoldLeavesEverythingAsItWas() {
    put("t", "a", "one");
    assertThatThrownBy(
            () ->
                backend.put(
                    List.of(
                        Write.put("new", "x", Bytes.EMPTY),
                        Write.put("t", "a", Bytes.EMPTY).when(Condition.ABSENT))))
        .isInstanceOfSatisfying(
            ConditionFailedException.class,
            e -> assertThat(List.of(e.index(), (int) e.found())).containsExactly(1, 1));
    assertThat(backend.listTypes()).containsExactly("t");
    assertThat(backend.versions().latest()).isEqualTo(1);
  }

  @Test
  void snapshotsStayTrueThroughWritesTrimsAndTypesThatComeAndGo() {
    List<Snapshot> taken = new ArrayList<>();
    List<List<String>> expected = new ArrayList<>();
    for (int round = 0; round < 600; round++) {
      String id = "k" + (round * 7 % 300);
      String type = "t" + (round % 5);
      if (round % 4 == 3) {
        backend.put(List.of(Write.delete("t" + ((round - 1) % 5), "k" + ((round - 1) * 7 % 300))));
      } else {
        put(type, id, type + id + "@" + round);
      }
      if (round % 50 == 0) {
        taken.add(backend.snapshot(Selection.all()));
        expected.add(payloads(Selection.all()));
      }
      if (round % 130 == 0) {
        now.updateAndGet(t -> t.plusSeconds(1));
        backend.trim(now.get());
      }
    }
    for (int i = 0; i < taken.size(); i++) {
      List<String> told = new ArrayList<>();
      taken.get(i).records().forEachRemaining(r -> told.add(r.payload().toUtf8()));
      assertThat(told).containsExactlyInAnyOrderElementsOf(expected.get(i));
    }
  }

  @Test
  void aTypeThatWasForgottenByATrimBeginsAnew() {
    put("t", "a", "one");
    backend.put(List.of(Write.delete("t", "a")));
    try (ChangeFeed feed = backend.changes(backend.versions().end(), "t")) {
      now.updateAndGet(t -> t.plusSeconds(1));
      backend.trim(now.get());
      put("other", "o", "o");
      put("t", "b", "two");
      assertThat(feed.poll().records()).extracting(StoredRecord::id).containsExactly("b");
    }
    assertThat(payloads(Selection.ofType("t"))).containsExactly("two");
    assertThat(payloads(Selection.all())).containsExactly("o", "two");
  }

  @Test
  void theIndexFollowsEveryKindOfWrite() {
    put("t", "early", "apple");
    backend.setOptions("t", TypeOptions.NONE.withIndexedFields("letter"));
    put("t", "x", "axe");
    put("t", "y", "bone");
    Selection a = Selection.where("t", new FieldValue("letter", "a"));
    assertThat(payloads(a)).containsExactly("apple", "axe");
    put("t", "x", "cat");
    assertThat(payloads(a)).containsExactly("apple");
    backend.put(List.of(Write.delete("t", "early"), Write.put("t", "y", Bytes.utf8("air"))));
    assertThat(payloads(a)).containsExactly("air");
    assertThat(payloads(Selection.where("t", new FieldValue("let", "a")))).isEmpty();
    backend.setOptions("t", TypeOptions.NONE);
    assertThat(payloads(a)).isEmpty();
  }

  @Test
  void expiryFollowsTheClockAlsoWhereItSteppedBack() {
    backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofSeconds(10)));
    Instant start = now.get();
    put("t", "late", "1");
    now.set(start.minusSeconds(60));
    put("t", "early", "2");
    now.set(start.plusSeconds(10));
    assertThat(backend.expire()).isEqualTo(1);
    assertThat(payloads(Selection.all())).containsExactly("1");
    now.set(start.plusSeconds(10).plusNanos(1_000));
    assertThat(backend.expire()).isEqualTo(1);
    assertThat(backend.listTypes()).isEmpty();
  }

  @Test
  void aLargeTypeIsLoweredInPortions() {
    LongStream.range(0, 5_500).forEach(i -> put("t", "k" + i, "v" + i));
    backend.setOptions("t", TypeOptions.NONE.withCapacity(10));
    assertThat(payloads(Selection.all())).hasSize(10).contains("v5499", "v5490");
    assertThat(backend.versions().latest()).isEqualTo(5_500 + 5_490);
  }

  @Test
  void aWaitingFeedOfAQuietTypeIsMovedOnByATrim() throws InterruptedException {
    put("quiet", "q", "q");
    try (BlockingFeed feed = new BlockingFeed(backend.changes(backend.versions().end(), "quiet"))) {
      assertThat(feed.next(Duration.ZERO)).isNull();
      put("busy", "b", "b");
      now.updateAndGet(t -> t.plusSeconds(1));
      assertThat(backend.trim(now.get())).isEqualTo(2);
      assertThat(feed.next(Duration.ofSeconds(30)).position()).isEqualTo(backend.versions().end());
      put("quiet", "q", "q2");
      assertThat(feed.next(Duration.ofSeconds(30)).records()).hasSize(1);
    }
  }

  @Test
  void aReaderBehindTheTrimIsTold() {
    Position start = backend.versions().end();
    put("t", "a", "1");
    ChangeFeed feed = backend.changes(start, "other");
    now.updateAndGet(t -> t.plusSeconds(1));
    backend.trim(now.get());
    assertThatThrownBy(feed::poll).isInstanceOf(HistoryTrimmedException.class);
    assertThatThrownBy(feed::poll).isInstanceOf(HistoryTrimmedException.class);
  }

  @Test
  void leasesEndAtTheirInstant() {
    Lease first = backend.acquireLease("n", Duration.ofSeconds(5));
    assertThat(backend.acquireLease("n", Duration.ofSeconds(5))).isNull();
    now.updateAndGet(t -> t.plusSeconds(4));
    Lease renewed = backend.renewLease("n", first.token(), Duration.ofMillis(1));
    assertThat(renewed.expiresAt()).isEqualTo(now.get().plusMillis(1));
    now.updateAndGet(t -> t.plusMillis(1));
    assertThat(backend.renewLease("n", first.token(), Duration.ofSeconds(1))).isNull();
    assertThat(backend.releaseLease("n", first.token())).isFalse();
    Lease second = backend.acquireLease("n", Duration.ofSeconds(5));
    assertThat(second.token()).isGreaterThan(first.token());
    assertThat(backend.releaseLease("n", second.token())).isTrue();
  }
}
