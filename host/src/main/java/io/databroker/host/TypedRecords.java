package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Changes;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The records of one type as values. A record that the codec cannot read is there all the same,
 * with its id and version: its {@link TypedRecord#value} fails with {@link
 * UndecodableRecordException}.
 *
 * <p><b>Thread-safety:</b> any thread may use it.
 *
 * <p><b>Errors:</b> those of the {@link Backend}'s method of the same meaning.
 *
 * @param <T> the values, which should be immutable
 */
public final class TypedRecords<T> {
  private static final int ATTEMPTS = 100;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000;

  private final Backend backend;
  private final String type;
  private final Codec<T> codec;

  /** The records of that type in that backend. */
  public TypedRecords(Backend backend, String type, Codec<T> codec) {
    this.backend = Objects.requireNonNull(backend, "backend");
    this.type = Objects.requireNonNull(type, "type");
    this.codec = Objects.requireNonNull(codec, "codec");
  }

  /** The live record of that id, or null. */
  public @Nullable TypedRecord<T> get(String id) {
    StoredRecord stored = backend.get(type, id);
    return stored == null ? null : decode(stored);
  }

  /** Stores that value, whatever is there. */
  public TypedRecord<T> put(String id, T value) {
    return write(put(id, value, Condition.NONE));
  }

  /**
   * Stores that value if there is no live record.
   *
   * @throws ConditionFailedException if there is one; nothing has changed
   */
  public TypedRecord<T> putIfAbsent(String id, T value) {
    return write(put(id, value, Condition.ABSENT));
  }

  /**
   * Stores that value if the live record has that version.
   *
   * @throws ConditionFailedException if it has another, or there is none; nothing has changed
   */
  public TypedRecord<T> putIfVersion(String id, T value, long version) {
    return write(put(id, value, Condition.version(version)));
  }

  /**
   * Stores what {@code change} makes of the value that is there, which is null if there is none. No
   * update of others is lost: if one comes between, the change is made again of what is there then.
   *
   * @param change has no effect but its answer; it may be called often
   * @throws ConditionFailedException if others came between a hundred times in a row
   * @throws UndecodableRecordException if what is there cannot be read; nothing has changed
   */
  public TypedRecord<T> update(String id, Function<@Nullable T, T> change) {
    for (int attempt = 1; ; attempt++) {
      TypedRecord<T> before = get(id);
      T value = change.apply(before == null ? null : before.value());
      try {
        return before == null ? putIfAbsent(id, value) : putIfVersion(id, value, before.version());
      } catch (ConditionFailedException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        // Those who lost to each other do not meet again at the same instant.
        long longest = Math.min(LONGEST_PAUSE_NANOS, 1_000L << Math.min(attempt, 10));
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(longest));
      }
    }
  }

  /** Deletes that record; says whether there was one. */
  public boolean delete(String id) {
    return write(Write.delete(type, id)).version() != 0;
  }

  /**
   * Deletes that record if it has that version.
   *
   * @throws ConditionFailedException if it has another, or there is none; nothing has changed
   */
  public void deleteIfVersion(String id, long version) {
    write(Write.delete(type, id).when(Condition.version(version)));
  }

  /** The live records at one version. Close it when done. */
  public TypedSnapshot<T> snapshot() {
    return new TypedSnapshot<>(backend.snapshot(Selection.ofType(type)), this);
  }

  /** The changes behind a position, up to now and for ever. Close it when done. */
  public TypedFeed<T> changes(Position from) {
    return new TypedFeed<>(new BlockingFeed(backend.changes(from, type)), this);
  }

  /** Decodes what a feed of this type, or of all types, has told; others' records are left out. */
  public TypedChanges<T> decode(Changes changes) {
    return new TypedChanges<>(
        changes.records().stream()
            .filter(stored -> stored.type().equals(type))
            .map(this::decode)
            .toList(),
        changes.position());
  }

  TypedRecord<T> decode(StoredRecord stored) {
    return TypedRecord.decode(stored, codec);
  }

  private Write put(String id, T value, Condition condition) {
    return Write.put(type, id, codec.encode(Objects.requireNonNull(value, "value")))
        .when(condition);
  }

  private TypedRecord<T> write(Write write) {
    return decode(backend.put(List.of(write)).records().get(0));
  }
}
