package io.databroker.server.rpc;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.databroker.api.ErrorId;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import io.databroker.host.query.Filter;
import io.databroker.server.payload.AddressField;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reader of a query's filter, which the protocol writes as a Struct.
 *
 * <p>A small Struct can become a large filter, because each value gets the whole path of its field,
 * and each address all ranges that contain it. So both have a limit.
 */
final class FilterStruct {
  /** Largest number of characters in the paths of all values. */
  static final int MOST_IN_PATHS = 4_000_000;

  /** Largest number of addresses. */
  static final int MOST_ADDRESSES = 1_000;

  private static final Set<String> EQUALITY = Set.of("$eq", "$equals", "$is", "=", "==");
  private static final Set<String> OTHER_SIGNS = Set.of("!=", "<", "<=", ">", ">=");
  private static final String ADDRESS = "$index";
  private static final String ID = "id";

  private long inPaths;
  private int addresses;

  private FilterStruct() {}

  /**
   * Reads a filter.
   *
   * @throws InvalidArgumentException if it is not a filter
   * @throws LimitExceededException if its paths are too long, or it has too many addresses
   */
  static Filter parse(Struct struct) {
    return new FilterStruct().all("", struct);
  }

  /** Returns whether a filter selects one record by its id, and nothing else. */
  static boolean isOfId(Struct struct) {
    return struct.getFieldsCount() == 1
        && struct.getFieldsOrDefault(ID, Value.getDefaultInstance()).hasStringValue();
  }

  /**
   * Reads a Struct, whose entries must all match; an empty Struct matches nothing.
   *
   * @param path the field that the Struct applies to; empty at the top
   */
  private Filter all(String path, Struct struct) {
    List<Filter> filters = new ArrayList<>();
    for (Map.Entry<String, Value> entry : struct.getFieldsMap().entrySet()) {
      filters.add(entry(path, entry.getKey(), entry.getValue()));
    }
    return and(filters);
  }

  private static Filter and(List<Filter> filters) {
    return switch (filters.size()) {
      case 0 -> Filter.none();
      case 1 -> filters.get(0);
      default -> new Filter.And(filters);
    };
  }

  private Filter entry(String path, String key, Value value) {
    if (key.equals("$and") || key.equals("$or")) {
      List<Filter> parts = parts(path, key, value);
      return key.equals("$and") ? and(parts) : new Filter.Or(parts);
    }
    if (EQUALITY.contains(key)) {
      if (value.hasStructValue()) {
        throw unclear(path, key, "give a value, or a list of values");
      }
      return value(path, key, value);
    }
    if (isOperator(path, key)) {
      throw Statuses.of(
          Status.UNIMPLEMENTED,
          ErrorId.UNSUPPORTED.label(),
          "filter operator "
              + Shown.quoted(key)
              + " is not supported; use $and, $or, $eq, $equals, $is, = or ==");
    }
    return value(path.isEmpty() ? key : longer(path, key), key, value);
  }

  private String longer(String path, String key) {
    inPaths += path.length() + 1 + key.length();
    if (inPaths > MOST_IN_PATHS) {
      throw new LimitExceededException(
          "filter", inPaths, MOST_IN_PATHS, "characters in the paths of its fields so far");
    }
    return path + "." + key;
  }

  private static boolean isOperator(String path, String key) {
    boolean isAddress = path.isEmpty() && (key.equals(ADDRESS) || key.startsWith(ADDRESS + "."));
    return OTHER_SIGNS.contains(key) || (key.startsWith("$") && !isAddress);
  }

  private List<Filter> parts(String path, String key, Value value) {
    if (!value.hasListValue()) {
      throw unclear(path, key, "give a list of filters");
    }
    List<Filter> parts = new ArrayList<>();
    for (Value part : value.getListValue().getValuesList()) {
      // Inside a field, the parts may be values of the field.
      if (path.isEmpty() && !part.hasStructValue()) {
        throw unclear(path, key, "give a list of filters");
      }
      parts.add(value(path, key, part));
    }
    return parts;
  }

  private Filter value(String path, String key, Value value) {
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
    if (path.isEmpty()) {
      throw unclear(path, key, "name the field that has this value");
    }
    List<Filter> spellings = new ArrayList<>();
    for (String text : FilterText.of(value)) {
      spellings.add(equal(path, text));
    }
    return spellings.size() == 1 ? spellings.get(0) : new Filter.Or(spellings);
  }

  private Filter equal(String path, String text) {
    if (path.equals(ID)) {
      return Filter.id(text);
    }
    if (!path.equals(ADDRESS)) {
      return Filter.equal(path, text);
    }
    if (++addresses > MOST_ADDRESSES) {
      throw new LimitExceededException(
          "filter", addresses, MOST_ADDRESSES, "addresses in " + ADDRESS + " so far");
    }
    return AddressField.longest(text);
  }

  private static InvalidArgumentException unclear(String path, String key, String remedy) {
    return new InvalidArgumentException("filter", path.isEmpty() ? key : path, remedy);
  }
}
