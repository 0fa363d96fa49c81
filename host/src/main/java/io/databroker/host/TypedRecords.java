package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Changes;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.host.query.Filter;
import io.databroker.host.query.Queries;
import io.databroker.host.query.QueryResult;
import io.databroker.host.query.RecordQuery;
import io.databroker.host.retry.Retry;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Typed view of the records of one type. A record that the codec cannot decode is still returned,
 * with its id and version; only its {@link TypedRecord#value} fails, with {@link
 * UndecodableRecordException}.
 *
 * <p><b>Errors:</b> those of the corresponding method of {@link Backend}.
 *
 * @param <T> type of the values, which should be immutable
 */
public final class TypedRecords<T> {

  private final Backend backend;
  private final String type;
  private final Codec<T> codec;

  /** Creates a view of one type of a backend. */
  public TypedRecords(Backend backend, String type, Codec<T> codec) {
    this.backend = Objects.requireNonNull(backend, "backend");
    this.type = Objects.requireNonNull(type, "type");
    this.codec = Objects.requireNonNull(codec, "codec");
  }

  /** Returns the live record with the given id, or null. */
  public @Nullable TypedRecord<T> get(String id) {
    StoredRecord stored = backend.get(type, id);
    return stored == null ? null : decode(stored);
  }

  /** Stores a value unconditionally. */
  public TypedRecord<T> put(String id, T value) {
    return write(put(id, value, Condition.NONE));
  }

  /**
   * Stores a value if there is no live record.
   *
   * @throws ConditionFailedException if there is a live record; nothing has changed
   */
  public TypedRecord<T> putIfAbsent(String id, T value) {
    return write(put(id, value, Condition.ABSENT));
  }

  /**
   * Stores a value if the live record has that version.
   *
   * @throws ConditionFailedException if it has another version, or there is none; nothing has
   *     changed
   */
  public TypedRecord<T> putIfVersion(String id, T value, long version) {
    return write(put(id, value, Condition.version(version)));
  }

  /**
   * Replaces the value of a record by the result of {@code change}, which gets the old value, or
   * null if there is no live record. No concurrent update is lost: if another write comes in
   * between, the change is applied again to the new value.
   *
   * @param change function without side effects; it may be called several times
   * @throws ConditionFailedException if other writes came in between a hundred times in a row
   * @throws UndecodableRecordException if the value cannot be decoded; nothing has changed
   */
  public TypedRecord<T> update(String id, Function<@Nullable T, T> change) {
    return Retry.untilUncontended(
        () -> {
          TypedRecord<T> before = get(id);
          T value = change.apply(before == null ? null : before.value());
          return before == null
              ? putIfAbsent(id, value)
              : putIfVersion(id, value, before.version());
        });
  }

  /** Deletes a record and returns whether it was live. */
  public boolean delete(String id) {
    return write(Write.delete(type, id)).version() != 0;
  }

  /**
   * Deletes a record if it has the given version.
   *
   * @throws ConditionFailedException if it has another version, or there is none; nothing has
   *     changed
   */
  public void deleteIfVersion(String id, long version) {
    write(Write.delete(type, id).when(Condition.version(version)));
  }

  /**
   * Returns a write that stores a value, for a batch with writes of other types:
   *
   * <pre>{@code
   * PutResult result =
   *     backend.put(List.of(cars.toPut("7", car), owners.toPut("ann", owner).when(Condition.ABSENT)));
   * TypedRecord<Car> stored = cars.decode(result).get(0);
   * }</pre>
   */
  public Write toPut(String id, T value) {
    return put(id, value, Condition.NONE);
  }

  /** Returns a write that deletes a record, for a batch with writes of other types. */
  public Write toDelete(String id) {
    return Write.delete(type, id);
  }

  /**
   * Returns the records that a filter matches, sorted by id and consistent at one version; fails as
   * {@link Queries#run}.
   */
  public TypedQueryResult<T> find(Queries queries, Filter filter) {
    return find(queries, RecordQuery.of(type, filter));
  }

  /**
   * Runs a query of this type and decodes its result; fails as {@link Queries#run}.
   *
   * @throws InvalidArgumentException if the query is not of this type
   */
  public TypedQueryResult<T> find(Queries queries, RecordQuery query) {
    if (!query.type().equals(type)) {
      throw new InvalidArgumentException(
          "type", query.type(), "give a query of the type \"" + type + "\"");
    }
    QueryResult found = queries.run(query);
    return new TypedQueryResult<>(decode(found.records()), found.total(), found.position());
  }

  /** Takes a snapshot of the live records; the caller closes it. */
  public TypedSnapshot<T> snapshot() {
    return new TypedSnapshot<>(backend.snapshot(Selection.ofType(type)), this);
  }

  /** Opens a feed of the changes after a position; the caller closes it. */
  public TypedFeed<T> changes(Position from) {
    return new TypedFeed<>(new BlockingFeed(backend.changes(from, type)), this);
  }

  /**
   * Decodes an answer of a feed of this type or of all types; records of other types are left out.
   */
  public TypedChanges<T> decode(Changes changes) {
    return new TypedChanges<>(decode(changes.records()), changes.position());
  }

  /** Decodes the records of this type in the result of a batch, in the order of the batch. */
  public List<TypedRecord<T>> decode(PutResult result) {
    return decode(result.records());
  }

  private List<TypedRecord<T>> decode(List<StoredRecord> records) {
    return records.stream().filter(stored -> stored.type().equals(type)).map(this::decode).toList();
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
