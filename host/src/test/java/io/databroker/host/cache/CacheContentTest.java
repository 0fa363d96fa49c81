package io.databroker.host.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.host.Codec;
import io.databroker.host.TypedRecord;
import io.databroker.host.TypedRecords;
import io.databroker.host.query.HookedBackend;
import java.io.Serial;
import java.time.Instant;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The heap of a cache may be full at any moment; the cache then continues with its content. */
class CacheContentTest {
  private static final Position FIRST = new Position(1, 2);
  private static final Position NEXT = new Position(1, 5);

  private final CacheContent<String> content = new CacheContent<>(new Position(0, 0));
  private final HookedBackend store = new HookedBackend(FieldExtractor.NONE);
  private final TypedRecords<String> records =
      new TypedRecords<>(store.hooked, "t", Codec.of(Bytes::utf8, Bytes::toUtf8));

  private TypedRecord<String> record(long version, String id, boolean deleted) {
    StoredRecord stored =
        new StoredRecord("t", id, version, Bytes.utf8("x"), Instant.EPOCH, deleted);
    return records.decode(new PutResult(1, List.of(stored))).get(0);
  }

  @BeforeEach
  void fill() {
    content.apply(List.of(record(1, "a", false), record(2, "b", false)), FIRST);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void assertUnchanged() {
    assertThat(content.position()).isEqualTo(FIRST);
    assertThat(content.view().records()).containsOnlyKeys("a", "b");
  }

  @Test
  void aBatchThatFailsChangesNothing() {
    List<TypedRecord<String>> batch =
        List.of(record(3, "c", false), record(4, "a", true), record(5, "d", false));
    List<TypedRecord<String>> failing =
        new AbstractList<>() {
          @Override
          public TypedRecord<String> get(int index) {
            if (index == 2) {
              throw new InternalError("full");
            }
            return batch.get(index);
          }

          @Override
          public int size() {
            return batch.size();
          }
        };
    assertThatThrownBy(() -> content.apply(failing, NEXT)).isInstanceOf(InternalError.class);
    assertUnchanged();
    List<CacheChange<String>> changes = content.apply(batch, NEXT);
    assertThat(changes).hasSize(3);
    assertThat(changes.get(1).before()).as("the listener learns of the delete").isNotNull();
    assertThat(content.view().records()).containsOnlyKeys("b", "c", "d");
  }

  @Test
  void aPutThatFailsUndoesTheOthers() {
    content.replace(
        new HashMap<>(Map.of("a", record(1, "a", false), "b", record(2, "b", false))) {
          @Serial private static final long serialVersionUID = 1L;

          @Override
          public TypedRecord<String> put(String id, TypedRecord<String> record) {
            TypedRecord<String> before = super.put(id, record);
            if (id.equals("d")) {
              throw new InternalError("full"); // a map grows after it has added the record
            }
            return before;
          }
        },
        FIRST);
    List<TypedRecord<String>> batch =
        List.of(
            record(3, "c", false),
            record(4, "a", true),
            record(5, "d", false),
            record(6, "b", false));
    assertThatThrownBy(() -> content.apply(batch, NEXT)).isInstanceOf(InternalError.class);
    assertUnchanged();
    assertThat(content.get("b")).isEqualTo(record(2, "b", false));
  }

  @Test
  void aBatchMayChangeARecordTwice() {
    List<CacheChange<String>> changes =
        content.apply(
            List.of(
                record(3, "c", false),
                record(4, "c", true),
                record(5, "a", true),
                record(6, "a", false),
                record(7, "none", true)),
            NEXT);
    assertThat(changes).hasSize(4);
    assertThat(changes.get(1).before()).isEqualTo(record(3, "c", false));
    assertThat(changes.get(3).before()).isNull();
    assertThat(content.get("a")).isEqualTo(record(6, "a", false));
    assertThat(content.view().records()).containsOnlyKeys("a", "b");
  }

  /** The content copies the changes before it changes itself, so no copy can fail after that. */
  @Test
  void theListOfTheListenerNeedsNoCopy() {
    List<CacheChange<String>> applied = content.apply(List.of(record(3, "c", false)), NEXT);
    List<CacheChange<String>> replaced = content.replace(new HashMap<>(), NEXT);
    assertThat(List.copyOf(applied)).isSameAs(applied);
    assertThat(List.copyOf(replaced)).isSameAs(replaced).hasSize(3);
  }

  /** A map that cannot be copied. */
  private static final class Full extends HashMap<String, TypedRecord<String>> {
    @Serial private static final long serialVersionUID = 1L;

    private Full(Map<String, TypedRecord<String>> records) {
      records.forEach(this::put);
    }

    @Override
    public Set<Map.Entry<String, TypedRecord<String>>> entrySet() {
      throw new InternalError("full");
    }
  }

  @Test
  void aSnapshotIsTakenOverWithoutACopy() {
    content.replace(new Full(Map.of("c", record(3, "c", false))), NEXT);
    assertThat(content.get("a")).isNull();
    assertThat(content.get("c")).isNotNull();
    assertThat(content.position()).isEqualTo(NEXT);
  }
}
