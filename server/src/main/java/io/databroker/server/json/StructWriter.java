package io.databroker.server.json;

import com.google.gson.stream.JsonWriter;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.IOException;
import java.util.Map;

/** Writes a Struct as JSON, with members in their order. */
final class StructWriter {
  private static final double EXACT = 1L << 53;

  private StructWriter() {}

  /** Returns whether the value could be written; if not, the output is useless. */
  static boolean write(JsonWriter json, Struct struct) throws IOException {
    json.beginObject();
    for (Map.Entry<String, Value> member : struct.getFieldsMap().entrySet()) {
      json.name(member.getKey());
      if (!write(json, member.getValue())) {
        return false;
      }
    }
    json.endObject();
    return true;
  }

  private static boolean write(JsonWriter json, Value value) throws IOException {
    switch (value.getKindCase()) {
      case NULL_VALUE -> json.nullValue();
      case NUMBER_VALUE -> {
        return write(json, value.getNumberValue());
      }
      case STRING_VALUE -> json.value(value.getStringValue());
      case BOOL_VALUE -> json.value(value.getBoolValue());
      case STRUCT_VALUE -> {
        return write(json, value.getStructValue());
      }
      case LIST_VALUE -> {
        json.beginArray();
        for (Value element : value.getListValue().getValuesList()) {
          if (!write(json, element)) {
            return false;
          }
        }
        json.endArray();
      }
      case KIND_NOT_SET -> {
        return false;
      }
    }
    return true;
  }

  private static boolean write(JsonWriter json, double number) throws IOException {
    if (!Double.isFinite(number)) {
      return false;
    }
    long whole = (long) number;
    // Compares bits, to distinguish -0.0 from 0.0.
    if (Math.abs(number) < EXACT
        && Double.doubleToRawLongBits((double) whole) == Double.doubleToRawLongBits(number)) {
      json.value(whole);
    } else {
      json.value(number);
    }
    return true;
  }
}
