package io.databroker.api.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.databroker.api.ClosedException;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Positions, conditions, extraction, options and server versions. */
class PiecesTest {

  @Test
  void aPositionIsCheckedForItsHistoryFirst() {
    Versions now = new Versions(7, 5, 9);
    Positions.check(new Position(7, 4), now);
    Positions.check(new Position(7, 9), now);
    assertThatThrownBy(() -> Positions.check(new Position(8, 100), now))
        .isInstanceOf(HistoryReplacedException.class);
    assertThatThrownBy(() -> Positions.check(new Position(7, 10), now))
        .isInstanceOf(FutureVersionException.class);
    assertThatThrownBy(() -> Positions.check(new Position(7, -1), now))
        .isInstanceOf(FutureVersionException.class);
    assertThatThrownBy(() -> Positions.check(new Position(7, 3), now))
        .isInstanceOf(HistoryTrimmedException.class);
  }

  @Test
  void version0IsTheBeginningOfAHistoryThatDroppedNothing() {
    Position zero = new Position(7, 0);
    assertThat(Positions.start(zero, new Versions(7, 5, 9), 4)).isEqualTo(new Position(7, 4));
    assertThatThrownBy(() -> Positions.start(zero, new Versions(7, 6, 9), 4))
        .isInstanceOf(HistoryTrimmedException.class);
    assertThatThrownBy(() -> Positions.start(zero, new Versions(8, 5, 9), 4))
        .isInstanceOf(HistoryReplacedException.class);
    Position later = new Position(7, 8);
    assertThat(Positions.start(later, new Versions(7, 5, 9), 4)).isEqualTo(later);
  }

  @Test
  void theFirstConditionThatDoesNotHoldIsNamed() {
    List<Write> batch =
        List.of(
            Write.put("t", "a", Bytes.EMPTY),
            Write.put("t", "b", Bytes.EMPTY).when(Condition.version(3)),
            Write.delete("t", "c").when(Condition.ABSENT));
    Conditions.check(batch, index -> index == 1 ? 3 : 0);
    assertThatThrownBy(() -> Conditions.check(batch, index -> 4))
        .isInstanceOfSatisfying(
            ConditionFailedException.class,
            failure -> {
              assertThat(failure.index()).isEqualTo(1);
              assertThat(failure.found()).isEqualTo(4);
            });
  }

  @Test
  void aTypeMapIsSortedByCodePointAndNeverChanges() {
    TypeMap<TypeOptions> none = new TypeMap<>();
    TypeOptions some = TypeOptions.NONE.withCapacity(1);
    TypeMap<TypeOptions> one = none.with("\uD83D\uDE00", some);
    TypeMap<TypeOptions> two = one.with("\uFFFD", some);
    assertThat(two.asMap().keySet()).containsExactly("\uFFFD", "\uD83D\uDE00");
    assertThat(one.asMap()).hasSize(1).isEqualTo(Map.of("\uD83D\uDE00", some));
    assertThat(two.with("\uFFFD", null).asMap()).isEqualTo(one.asMap());
    assertThat(two.with("\uFFFD", TypeOptions.NONE).get("\uFFFD")).isEqualTo(TypeOptions.NONE);
    assertThat(two.get("\uFFFD")).isEqualTo(some);
    assertThat(two.get("absent")).isNull();
    for (Map<String, TypeOptions> map : List.of(none.asMap(), two.asMap())) {
      assertThatThrownBy(() -> map.remove("x")).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(map::clear).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> map.keySet().removeIf(type -> false))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    assertThatThrownBy(() -> two.asMap().entrySet().iterator().next().setValue(some))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void serverVersionsAreNotZeroAndNotTheFormer() {
    long former = 0;
    for (int i = 0; i < 1_000; i++) {
      long next = ServerVersions.next(former);
      assertThat(next).isNotZero().isNotEqualTo(former);
      former = next;
    }
  }

  @Test
  void extractionReturnsACopyOfTheFieldsThatWereAskedFor() {
    Map<String, String> reused = new HashMap<>(Map.of("a", "1", "b", "2"));
    Extraction extraction = new Extraction(extractor((type, payload) -> reused));
    Map<String, String> values = extraction.values("t", Bytes.EMPTY, List.of("a", "c"));
    reused.clear();
    assertThat(values).containsExactly(Map.entry("a", "1"));
  }

  /**
   * A backend that writes several batches together must reject only the batch with that payload.
   */
  @Test
  void aPayloadThatIsNestedTooDeeplyIsRejected() {
    Extraction extraction =
        new Extraction(
            extractor(
                (type, payload) -> {
                  throw new StackOverflowError();
                }));
    assertThatThrownBy(() -> extraction.values(3, "t", Bytes.utf8("x"), List.of("a")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("batch[3].payload")
        .hasMessageContaining("nested too deeply");
    assertThatThrownBy(() -> extraction.stored("t", "i7", Bytes.utf8("x"), List.of("a")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("nested too deeply");
  }

  @Test
  void aRejectedPayloadIsNamed() {
    Extraction extraction =
        new Extraction(
            extractor(
                (type, payload) -> {
                  throw new IllegalStateException("no");
                }));
    assertThatThrownBy(() -> extraction.values(3, "t", Bytes.utf8("x"), List.of("a")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("batch[3].payload")
        .hasMessageContaining("no");
    assertThatThrownBy(() -> extraction.stored("t", "i7", Bytes.utf8("x"), List.of("a")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("i7");
    assertThat(extraction.values(3, "t", Bytes.EMPTY, List.of())).isEmpty();
  }

  @Test
  void aFunctionThatCallsItsBackendIsRejectedAlsoWhereItHidesTheRejection() {
    AtomicReference<Extraction> backend = new AtomicReference<>();
    Extraction extraction =
        new Extraction(
            extractor(
                (type, payload) -> {
                  backend.get().checkOutside();
                  return Map.of();
                }));
    backend.set(extraction);
    extraction.checkOutside();
    assertThatThrownBy(() -> extraction.values(0, "t", Bytes.EMPTY, List.of("a")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("must not call a backend");
    extraction.checkOutside();
  }

  @Test
  void aRecordMatchesByItsIndexedFieldsAlone() {
    Extraction extraction =
        new Extraction(extractor((type, payload) -> Map.of("a", "1", "b", "2")));
    StoredRecord record = new StoredRecord("t", "id", 1, Bytes.EMPTY, Instant.EPOCH, false);
    Selection.Where a1 =
        new Selection.Where("t", Set.of(new FieldValue("a", "1"), new FieldValue("b", "1")));
    assertThat(extraction.matches(record, List.of("a", "b"), a1)).isTrue();
    assertThat(extraction.matches(record, List.of("b"), a1)).isFalse();
    assertThat(extraction.matches(record, List.of(), a1)).isFalse();
  }

  @Test
  void aHeapSnapshotReturnsItsRecordsUntilItOrItsBackendIsClosed() {
    StoredRecord record = new StoredRecord("t", "id", 1, Bytes.EMPTY, Instant.EPOCH, false);
    AtomicBoolean open = new AtomicBoolean(true);
    Runnable checkOpen =
        () -> {
          if (!open.get()) {
            throw new ClosedException("backend");
          }
        };
    Position position = new Position(7, 1);
    Snapshot first = new HeapSnapshot(position, Map.of(), List.of(record), checkOpen);
    assertThat(first.position()).isEqualTo(position);
    assertThat(first.records()).toIterable().containsExactly(record);
    Iterator<StoredRecord> begun = first.records();
    assertThat(begun.next()).isEqualTo(record);
    first.close();
    first.close();
    assertThatThrownBy(begun::hasNext).isInstanceOf(ClosedException.class);
    assertThatThrownBy(first::records).isInstanceOf(ClosedException.class);
    Snapshot second = new HeapSnapshot(position, Map.of(), List.of(record), checkOpen);
    Iterator<StoredRecord> beside = second.records();
    open.set(false);
    assertThatThrownBy(beside::next).isInstanceOf(ClosedException.class);
    assertThatThrownBy(second::records).isInstanceOf(ClosedException.class);
    assertThat(second.position()).isEqualTo(position);
  }

  private interface Function {
    Map<String, String> values(String type, Bytes payload);
  }

  private static FieldExtractor extractor(Function function) {
    return new FieldExtractor() {
      @Override
      public String fingerprint() {
        return "test";
      }

      @Override
      public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
        return function.values(type, payload);
      }
    };
  }
}
