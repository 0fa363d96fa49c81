package io.databroker.host;

import io.databroker.api.Bytes;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Function;

/**
 * Converts values of one type to payloads and back. Decoding an encoded value returns an equal
 * value.
 *
 * <p><b>Thread-safety:</b> any number of threads may call it at the same time.
 *
 * @param <T> type of the values, which should be immutable
 */
public interface Codec<T> {

  /**
   * Encodes a value as a payload.
   *
   * @throws RuntimeException to reject the value; nothing is written then
   */
  Bytes encode(T value);

  /**
   * Decodes a payload.
   *
   * @throws RuntimeException if the payload holds no value; readers then get {@link
   *     UndecodableRecordException}
   */
  T decode(Bytes payload);

  /**
   * Returns a codec for text as UTF-8. It replaces nothing: it rejects text with a lone surrogate,
   * and payloads that are not UTF-8.
   */
  static Codec<String> utf8() {
    return of(
        Bytes::utf8,
        payload -> {
          try {
            return StandardCharsets.UTF_8.newDecoder().decode(payload.asByteBuffer()).toString();
          } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the payload is not UTF-8", e);
          }
        });
  }

  /** Returns a codec made of two functions. */
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
