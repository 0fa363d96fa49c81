package io.databroker.server.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * Reads strict JSON into a Struct, with members in the order of the text. It rejects JSON that a
 * Struct cannot hold exactly: an integer that a double would round, a duplicate name, half of a
 * surrogate pair.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class StructReader {
  /** Maximum nesting of objects and lists in the data of a record; its line is one level deeper. */
  static final int LEVELS = 200;

  private static final double EXACT = 1L << 53;

  private StructReader() {}

  /**
   * Parses a JSON object.
   *
   * @throws JsonException if the text is not a JSON object
   */
  public static Struct object(String text) throws JsonException {
    return object(text, LEVELS);
  }

  static Struct object(String text, int levels) throws JsonException {
    JsonReader json = new JsonReader(new StringReader(text));
    json.setNestingLimit(levels + 1); // the check of levels comes first
    json.setStrictness(Strictness.STRICT);
    try {
      if (json.peek() != JsonToken.BEGIN_OBJECT) {
        throw new JsonException("not a JSON object");
      }
      Struct object = object(json, levels);
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw new JsonException("more follows the JSON object");
      }
      return object;
    } catch (EOFException e) {
      throw new JsonException("not JSON; it ends too early");
    } catch (MalformedJsonException e) {
      throw new JsonException("not JSON" + where(e));
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new JsonException("not JSON"); // a message of the library may take several lines
    }
  }

  /**
   * Returns only the place of the error; the rest of the message is about the use of the library.
   */
  private static String where(MalformedJsonException e) {
    String message = String.valueOf(e.getMessage());
    int column = message.indexOf(" column ");
    int path = message.indexOf(" path ");
    return column >= 0 && path > column ? "; look at" + message.substring(column, path) : "";
  }

  private static Struct object(JsonReader json, int levels) throws IOException, JsonException {
    checkLevels(levels);
    Struct.Builder object = Struct.newBuilder();
    json.beginObject();
    while (json.hasNext()) {
      String name = wellFormed(json.nextName());
      if (object.containsFields(name)) {
        throw new JsonException("\"" + name + "\" comes twice in one object");
      }
      object.putFields(name, value(json, levels - 1));
    }
    json.endObject();
    return object.build();
  }

  private static void checkLevels(int levels) throws JsonException {
    if (levels <= 0) {
      throw new JsonException("nested too deeply; use at most " + LEVELS + " levels");
    }
  }

  private static Value value(JsonReader json, int levels) throws IOException, JsonException {
    Value.Builder value = Value.newBuilder();
    switch (json.peek()) {
      case BEGIN_OBJECT -> value.setStructValue(object(json, levels));
      case BEGIN_ARRAY -> value.setListValue(list(json, levels));
      case STRING -> value.setStringValue(wellFormed(json.nextString()));
      case NUMBER -> value.setNumberValue(number(json.nextString()));
      case BOOLEAN -> value.setBoolValue(json.nextBoolean());
      case NULL -> {
        json.nextNull();
        value.setNullValue(NullValue.NULL_VALUE);
      }
      default -> throw new JsonException("not JSON; a value is missing");
    }
    return value.build();
  }

  private static ListValue list(JsonReader json, int levels) throws IOException, JsonException {
    checkLevels(levels);
    ListValue.Builder list = ListValue.newBuilder();
    json.beginArray();
    while (json.hasNext()) {
      list.addValues(value(json, levels - 1));
    }
    json.endArray();
    return list.build();
  }

  private static double number(String literal) throws JsonException {
    double number = Double.parseDouble(literal);
    if (Double.isInfinite(number)) {
      throw new JsonException(literal + " is too large a number; write it as a string");
    }
    if (number == 0 && !isZero(literal)) {
      throw new JsonException(literal + " is too small a number; write it as a string");
    }
    boolean whole = literal.chars().noneMatch(c -> c == '.' || c == 'e' || c == 'E');
    if (whole
        && Math.abs(number) >= EXACT
        && new BigDecimal(literal).compareTo(new BigDecimal(number)) != 0) {
      throw new JsonException(literal + " would be rounded; write it as a string");
    }
    return number;
  }

  /** Returns whether the digits before the exponent are all zeros. */
  private static boolean isZero(String literal) {
    return literal.split("[eE]", 2)[0].chars().noneMatch(c -> c >= '1' && c <= '9');
  }

  private static String wellFormed(String text) throws JsonException {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      if (Character.getType(c) == Character.SURROGATE) {
        throw new JsonException(
            String.format(Locale.ROOT, "\\u%04x is half of a surrogate pair", c));
      }
    }
    return text;
  }
}
