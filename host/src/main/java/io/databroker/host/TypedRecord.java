package io.databroker.host;

import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record with its payload decoded.
 *
 * <p><b>Thread-safety:</b> immutable, if its value is.
 *
 * @param <T> the values
 */
public final class TypedRecord<T> {
  private final StoredRecord stored;
  private final @Nullable T value;
  private final @Nullable RuntimeException failure;

  private TypedRecord(StoredRecord stored, @Nullable T value, @Nullable RuntimeException failure) {
    this.stored = stored;
    this.value = value;
    this.failure = failure;
  }

  static <T> TypedRecord<T> decode(StoredRecord stored, Codec<T> codec) {
    try {
      T value = codec.decode(stored.payload());
      return value == null
          ? new TypedRecord<>(stored, null, new IllegalStateException("the codec gave null"))
          : new TypedRecord<>(stored, value, null);
    } catch (RuntimeException e) {
      return new TypedRecord<>(stored, null, e);
    }
  }

  /** Which of its type it is. */
  public String id() {
    return stored.id();
  }

  /** The version of the write that stored it, unsigned. */
  public long version() {
    return stored.version();
  }

  /** When it was written or deleted. */
  public Instant modifiedAt() {
    return stored.modifiedAt();
  }

  /** Whether that write was a delete. */
  public boolean deleted() {
    return stored.deleted();
  }

  /** Whether there is a {@link #value}. */
  public boolean isDecodable() {
    return value != null;
  }

  /**
   * What was stored; of a delete, the last value.
   *
   * @throws UndecodableRecordException if the codec could not read the payload
   */
  public T value() {
    if (value == null) {
      throw new UndecodableRecordException(stored, Objects.requireNonNull(failure));
    }
    return value;
  }

  /** The record itself. */
  public StoredRecord stored() {
    return stored;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TypedRecord<?> that && stored.equals(that.stored);
  }

  @Override
  public int hashCode() {
    return stored.hashCode();
  }

  @Override
  public String toString() {
    return "(%s, %s) version %s%s: %s"
        .formatted(
            stored.type(),
            id(),
            Long.toUnsignedString(version()),
            deleted() ? ", deleted" : "",
            isDecodable() ? value : stored.payload());
  }
}
