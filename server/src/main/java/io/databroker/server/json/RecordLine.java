package io.databroker.server.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonWriter;
import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.databroker.server.proto.Record;
import io.databroker.server.wire.WireValues;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Map;

/**
 * Converts a record to one line of JSON and back.
 *
 * <pre>{@code
 * {"type":"car","id":"7","version":"12","modifiedAt":"2026-01-02T03:04:05.678901Z","data":{"a":1}}
 * }</pre>
 *
 * <p>Versions are decimal strings. A deleted record also has {@code deletedAt}; a record without
 * data has no {@code data}. Writing and reading a record keeps every byte of its data.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class RecordLine {
  private RecordLine() {}

  /** Formats a record, without a line end. */
  public static String of(Record record) {
    StringWriter line = new StringWriter();
    JsonWriter json = writer(line);
    try {
      json.beginObject();
      json.name("type").value(record.getType());
      json.name("id").value(record.getId());
      json.name("version").value(Long.toUnsignedString(record.getVersion()));
      if (record.hasModifiedAt()) {
        json.name("modifiedAt").value(time(record.getModifiedAt()));
      }
      if (record.hasDeletedAt()) {
        json.name("deletedAt").value(time(record.getDeletedAt()));
      }
      if (!record.getData().equals(Any.getDefaultInstance())) {
        json.name("data").jsonValue(AnyJson.text(record.getData()));
      }
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter never throws one
    }
    return line.toString();
  }

  /** Formats the data of a record as a JSON object; empty if it has none. */
  public static String dataOf(Record record) {
    return record.getData().equals(Any.getDefaultInstance()) ? "" : AnyJson.text(record.getData());
  }

  /**
   * Parses a record to put, or to delete if it has {@code deletedAt}. Version and time of writing
   * are ignored: the server assigns new ones.
   *
   * @throws JsonException if the line is not a record
   */
  public static Record parse(String line) throws JsonException {
    Record.Builder record = Record.newBuilder();
    Struct members = StructReader.object(line, StructReader.LEVELS + 1);
    for (Map.Entry<String, Value> member : members.getFieldsMap().entrySet()) {
      Value value = member.getValue();
      switch (member.getKey()) {
        case "type" -> record.setType(string("type", value));
        case "id" -> record.setId(string("id", value));
        case "version", "modifiedAt" -> {}
        case "deletedAt" -> {
          if (!value.hasNullValue()) {
            record.setDeletedAt(timestamp(string("deletedAt", value)));
          }
        }
        case "data" -> record.setData(AnyJson.read(struct(value)));
        default ->
            throw new JsonException(
                "unknown member \""
                    + member.getKey()
                    + "\"; a record has type, id, version, modifiedAt, deletedAt and data");
      }
    }
    if (record.getType().isEmpty() || record.getId().isEmpty()) {
      String missing = record.getType().isEmpty() ? "type" : "id";
      throw new JsonException("\"" + missing + "\" is missing or empty");
    }
    return record.build();
  }

  /**
   * Parses a JSON object as data of a record.
   *
   * @throws JsonException if the text is not a JSON object
   */
  public static Any data(String object) throws JsonException {
    return AnyJson.read(StructReader.object(object));
  }

  static JsonWriter writer(Writer to) {
    JsonWriter json = new JsonWriter(to);
    json.setStrictness(Strictness.STRICT);
    json.setHtmlSafe(false);
    return json;
  }

  static String string(String name, Value value) throws JsonException {
    if (!value.hasStringValue()) {
      throw new JsonException("\"" + name + "\" is not a string");
    }
    return value.getStringValue();
  }

  private static Struct struct(Value value) throws JsonException {
    if (!value.hasStructValue()) {
      throw new JsonException("\"data\" is not an object");
    }
    return value.getStructValue();
  }

  /** Formats a time, such as 2026-01-02T03:04:05.678901Z. */
  public static String time(Timestamp timestamp) {
    return WireValues.instant(timestamp).toString();
  }

  private static Timestamp timestamp(String text) throws JsonException {
    try {
      return WireValues.timestamp(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      throw new JsonException("\"deletedAt\" is not a time such as 2026-01-02T03:04:05Z");
    }
  }
}
