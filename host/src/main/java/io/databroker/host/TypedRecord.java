package io.databroker.host;

import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Record with its decoded payload.
 *
 * <p><b>Thread-safety:</b> immutable if the value is.
 *
 * @param <T> type of the value
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
          ? new TypedRecord<>(stored, null, new IllegalStateException("the codec returned null"))
          : new TypedRecord<>(stored, value, null);
    } catch (RuntimeException e) {
      return new TypedRecord<>(stored, null, e);
    } catch (StackOverflowError e) { // only this payload is at fault; readers continue
      return new TypedRecord<>(
          stored, null, new IllegalArgumentException("the payload is nested too deeply", e));
    }
  }

  /** Returns the id. */
  public String id() {
    return stored.id();
  }

  /** Returns the version of the write that stored it, unsigned. */
  public long version() {
    return stored.version();
  }

  /** Returns the time of the write or delete. */
  public Instant modifiedAt() {
    return stored.modifiedAt();
  }

  /** Returns whether the write was a delete. */
  public boolean deleted() {
    return stored.deleted();
  }

  /** Returns whether {@link #value} succeeds. */
  public boolean isDecodable() {
    return value != null;
  }

  /**
   * Returns the stored value; after a delete, the last value.
   *
   * @throws UndecodableRecordException if the codec could not decode the payload
   */
  public T value() {
    if (value == null) {
      throw new UndecodableRecordException(stored, Objects.requireNonNull(failure));
    }
    return value;
  }

  /** Returns the undecoded record. */
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
    return String.format(
        Locale.ROOT,
        "(%s, %s) version %s%s: %s",
        stored.type(),
        id(),
        Long.toUnsignedString(version()),
        deleted() ? ", deleted" : "",
        isDecodable() ? value : stored.payload());
  }
}
