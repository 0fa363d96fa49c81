package io.databroker.server.rpc;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.databroker.api.InvalidArgumentException;
import io.databroker.host.query.Filter;
import io.databroker.server.payload.AddressField;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a filter as the protocol writes it. */
final class FilterStruct {
  private static final Set<String> EQUALITY = Set.of("$eq", "$is", "=");
  private static final Set<String> OTHER_SIGNS = Set.of("!=", "==", "<", "<=", ">", ">=");
  private static final String ADDRESS = "$index";
  private static final String ID = "id";

  private FilterStruct() {}

  /**
   * The filter.
   *
   * @throws InvalidArgumentException if it cannot be understood
   */
  static Filter parse(Struct struct) {
    return all("", struct);
  }

  /**
   * All entries of a Struct hold.
   *
   * @param path of the field that it is about; empty at the top
   */
  private static Filter all(String path, Struct struct) {
    List<Filter> filters = new ArrayList<>();
    for (Map.Entry<String, Value> entry : struct.getFieldsMap().entrySet()) {
      filters.add(entry(path, entry.getKey(), entry.getValue()));
    }
    return filters.size() == 1 ? filters.get(0) : new Filter.And(filters);
  }

  private static Filter entry(String path, String key, Value value) {
    if (key.equals("$and") || key.equals("$or")) {
      List<Filter> parts = parts(path, key, value);
      return key.equals("$and") ? new Filter.And(parts) : new Filter.Or(parts);
    }
    if (EQUALITY.contains(key)) {
      if (value.hasStructValue()) {
        throw unclear(path, key, "give a text, or a list of texts");
      }
      return value(path, key, value);
    }
    if (isOperator(path, key)) {
      throw Status.UNIMPLEMENTED
          .withDescription(
              "filter operator %s is not supported; there are $and, $or, $eq, $is and ="
                  .formatted(Shown.quoted(key)))
          .asRuntimeException();
    }
    return value(path.isEmpty() ? key : path + "." + key, key, value);
  }

  private static boolean isOperator(String path, String key) {
    boolean isAddress = path.isEmpty() && (key.equals(ADDRESS) || key.startsWith(ADDRESS + "."));
    return OTHER_SIGNS.contains(key) || (key.startsWith("$") && !isAddress);
  }

  private static List<Filter> parts(String path, String key, Value value) {
    if (!value.hasListValue()) {
      throw unclear(path, key, "give a list of filters");
    }
    List<Filter> parts = new ArrayList<>();
    for (Value part : value.getListValue().getValuesList()) {
      // Inside a field, the parts may be values of it.
      if (path.isEmpty() && !part.hasStructValue()) {
        throw unclear(path, key, "give a list of filters");
      }
      parts.add(value(path, key, part));
    }
    return parts;
  }

  private static Filter value(String path, String key, Value value) {
    if (value.hasStructValue()) {
      return all(path, value.getStructValue());
    }
    if (value.hasListValue()) {
      List<Filter> any = new ArrayList<>();
      for (Value each : value.getListValue().getValuesList()) {
        any.add(value(path, key, each));
      }
      return new Filter.Or(any);
    }
    if (path.isEmpty() || !value.hasStringValue()) {
      throw unclear(path, key, "give a text, or a list of texts");
    }
    String text = value.getStringValue();
    if (path.equals(ID)) {
      return Filter.id(text);
    }
    return path.equals(ADDRESS) ? AddressField.longest(text) : Filter.equal(path, text);
  }

  private static InvalidArgumentException unclear(String path, String key, String remedy) {
    return new InvalidArgumentException("filter", path.isEmpty() ? key : path, remedy);
  }
}
