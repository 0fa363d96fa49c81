package io.databroker.host.codec;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import io.databroker.api.Bytes;
import io.databroker.host.Codec;
import java.lang.reflect.Type;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Codec for values as JSON in UTF-8, by Gson ({@code com.google.code.gson:gson}).
 *
 * <p>It rejects a payload that is not UTF-8, and the JSON value {@code null}. With its own Gson, it
 * also rejects JSON that is not strict; with a Gson of the caller, that Gson decides.
 *
 * @param <T> type of the values
 */
@SuppressWarnings("exports") // applications that use it have the library
public final class JsonCodec<T> implements Codec<T> {
  private final Gson gson;
  private final Type type;

  private JsonCodec(Gson gson, Type type) {
    this.gson = gson;
    this.type = type;
  }

  /** Returns a codec for values of a class, by strict Gson with its default settings. */
  public static <T> JsonCodec<T> of(Class<T> type) {
    return of(
        new GsonBuilder().setStrictness(Strictness.STRICT).disableHtmlEscaping().create(), type);
  }

  /** Returns a codec for values of a class, by the given Gson. */
  public static <T> JsonCodec<T> of(Gson gson, Class<T> type) {
    return new JsonCodec<>(
        Objects.requireNonNull(gson, "gson"), Objects.requireNonNull(type, "type"));
  }

  @Override
  public Bytes encode(T value) {
    return Bytes.utf8(gson.toJson(value, type));
  }

  @Override
  public T decode(Bytes payload) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(payload.asByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new JsonParseException("the payload is not UTF-8", e);
    }
    T value = gson.fromJson(text, type);
    if (value == null) {
      throw new JsonParseException("the payload is null or empty");
    }
    return value;
  }
}
