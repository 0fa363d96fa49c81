package io.databroker.host;

import io.databroker.api.Bytes;
import java.util.Objects;
import java.util.function.Function;

/**
 * Values of one type as payloads. What {@link #encode} gives, {@link #decode} reads back as an
 * equal value.
 *
 * <p><b>Thread-safety:</b> may be called by any number of threads at once.
 *
 * @param <T> the values, which should be immutable
 */
public interface Codec<T> {

  /**
   * The payload of that value.
   *
   * @throws RuntimeException to refuse the value; nothing is then written
   */
  Bytes encode(T value);

  /**
   * The value in that payload.
   *
   * @throws RuntimeException if it holds none; readers are told as {@link
   *     UndecodableRecordException}
   */
  T decode(Bytes payload);

  /** Text as UTF-8. */
  static Codec<String> utf8() {
    return of(Bytes::utf8, Bytes::toUtf8);
  }

  /** Those two functions. */
  static <T> Codec<T> of(Function<T, Bytes> encode, Function<Bytes, T> decode) {
    Objects.requireNonNull(encode, "encode");
    Objects.requireNonNull(decode, "decode");
    return new Codec<>() {
      @Override
      public Bytes encode(T value) {
        return encode.apply(value);
      }

      @Override
      public T decode(Bytes payload) {
        return decode.apply(payload);
      }
    };
  }
}
