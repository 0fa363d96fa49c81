package io.databroker.server.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.databroker.api.TypeOptions;
import io.databroker.host.SettingText;
import io.databroker.server.proto.Options;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.TypeConversionException;

/**
 * Converts the options of a type to JSON and back: {@code
 * {"capacity":10,"ttl":"1h","indexedFields":["a.b"]}}.
 */
final class OptionsJson {
  private OptionsJson() {}

  static String write(Options options) {
    JsonObject json = new JsonObject();
    if (options.hasCapacity()) {
      json.addProperty("capacity", new BigInteger(Long.toUnsignedString(options.getCapacity())));
    }
    if (options.hasTtl()) {
      Duration ttl = Duration.ofSeconds(options.getTtl().getSeconds(), options.getTtl().getNanos());
      json.addProperty("ttl", SettingText.of(ttl));
    }
    if (options.getIndexableFieldsCount() > 0) {
      JsonArray fields = new JsonArray();
      options.getIndexableFieldsList().forEach(fields::add);
      json.add("indexedFields", fields);
    }
    return json.toString();
  }

  /** Parses options. Invalid members are left out and added to the problems. */
  static TypeOptions read(String type, Value value, List<String> problems) {
    if (!value.hasStructValue()) {
      problems.add(String.format(Locale.ROOT, "\"%s\" is not an object", type));
      return TypeOptions.NONE;
    }
    Struct object = value.getStructValue();
    TypeOptions options = TypeOptions.NONE;
    for (Map.Entry<String, Value> member : object.getFieldsMap().entrySet()) {
      try {
        options = with(options, member.getKey(), member.getValue());
      } catch (TypeConversionException e) {
        problems.add(String.format(Locale.ROOT, "in \"%s\", %s", type, e.getMessage()));
      }
    }
    return options;
  }

  private static TypeOptions with(TypeOptions options, String name, Value value) {
    return switch (name) {
      case "capacity" -> options.withCapacity(capacity(value));
      case "ttl" -> options.withTtl(ttl(value));
      case "indexedFields" -> options.withIndexedFields(fields(value));
      default ->
          throw new TypeConversionException(
              "unknown option \"" + name + "\"; there are capacity, ttl and indexedFields");
    };
  }

  private static Duration ttl(Value value) {
    if (!value.hasStringValue()) {
      throw new TypeConversionException("ttl is not a string such as \"1h\"");
    }
    try {
      return Parsers.duration(value.getStringValue());
    } catch (TypeConversionException e) {
      throw new TypeConversionException("ttl is " + e.getMessage());
    }
  }

  private static long capacity(Value value) {
    double number = value.getNumberValue();
    if (value.hasNumberValue()
        && number >= 0
        && number <= 1L << 53
        && number == Math.rint(number)) {
      return (long) number;
    }
    try {
      return new UnsignedConverter().convert(value.getStringValue());
    } catch (TypeConversionException e) {
      throw new TypeConversionException("capacity is not a whole number from 0");
    }
  }

  private static String[] fields(Value value) {
    List<Value> values = value.getListValue().getValuesList();
    if (!value.hasListValue() || !values.stream().allMatch(Value::hasStringValue)) {
      throw new TypeConversionException("indexedFields is not a list of strings");
    }
    return values.stream().map(Value::getStringValue).toArray(String[]::new);
  }
}
