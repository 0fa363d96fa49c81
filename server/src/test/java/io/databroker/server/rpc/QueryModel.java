package io.databroker.server.rpc;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reference for filters, which tests every record, and a generator of random filters. */
final class QueryModel {
  static final List<String> TYPES = List.of("a", "ab");
  static final List<String> IDS =
      Stream.iterate(0, i -> i + 1).limit(24).map(i -> "i" + i).toList();

  private static final List<String> NAMES = List.of("Ann", "ann", "Bob", "Ann B");
  private static final List<String> CITIES = List.of("Ulm", "Bonn", "");
  private static final List<String> RANGES =
      List.of(
          "0.0.0.0/0",
          "10.0.0.0/8",
          "10.1.0.0/16",
          "10.1.2.0/24",
          "10.1.2.3",
          "10.1.2.3/31",
          "::ffff:10.1.2.0/120",
          "::/0",
          "2001:db8::/32",
          "2001:DB8:0:0::1",
          "nonsense",
          "10.0.0.0/40");
  private static final List<String> ADDRESSES =
      List.of(
          "10.1.2.3",
          "10.1.2.2",
          "10.1.9.9",
          "10.1.0.0/15",
          "11.1.1.1",
          "::ffff:10.1.2.3",
          "2001:db8::1",
          "2001:db8::2",
          "fe80::1",
          "nonsense",
          "10.1.2.3/24");
  private static final List<String> WORDS = List.of("ann", "BONN", "b", "10.1", "cidr", "zzz");

  /** Indexed fields of a type. The address is also found without an index. */
  final Map<String, Set<String>> indexed = new TreeMap<>();

  private final Random random;

  QueryModel(Random random) {
    this.random = random;
  }

  /** A filter in the protocol, with a test for the records that it matches. */
  record Meaning(Value filter, BiFunction<Map<String, Struct>, String, Set<String>> ids) {}

  Struct payload() {
    Struct.Builder payload = Struct.newBuilder();
    if (random.nextInt(8) > 0) {
      payload.putFields("name", random.nextInt(9) == 0 ? number(7) : text(pick(NAMES)));
    }
    if (random.nextInt(3) > 0) {
      Value city = text(pick(CITIES));
      payload.putFields("home", random.nextInt(9) == 0 ? city : struct("city", city));
    }
    if (random.nextInt(3) > 0) {
      payload.putFields("$index", struct("cidr", text(pick(RANGES))));
    }
    return payload.build();
  }

  <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** A text to search for; mostly none. */
  String words() {
    return random.nextInt(4) == 0 ? pick(WORDS) : "";
  }

  static boolean contains(Struct payload, String words) {
    return payload.toString().isEmpty() ? words.isEmpty() : words.isEmpty() || in(payload, words);
  }

  private static boolean in(Struct payload, String words) {
    return payload.getFieldsMap().entrySet().stream()
        .anyMatch(
            member ->
                hasWords(member.getKey(), words)
                    || hasWords(member.getValue().getStringValue(), words)
                    || in(member.getValue().getStructValue(), words));
  }

  private static boolean hasWords(String text, String words) {
    return text.toUpperCase(Locale.ROOT).contains(words.toUpperCase(Locale.ROOT));
  }

  Meaning filter(int depth) {
    int kind = random.nextInt(depth > 0 ? 7 : 5);
    if (kind < 2) {
      return field(kind == 0 ? "name" : "home.city", pick(kind == 0 ? NAMES : CITIES));
    }
    if (kind == 2) {
      String id = random.nextInt(9) == 0 ? "" : pick(IDS);
      return new Meaning(
          struct("id", text(id)),
          (records, type) -> records.containsKey(id) ? Set.of(id) : Set.of());
    }
    if (kind == 3) {
      String address = pick(ADDRESSES);
      return new Meaning(
          struct("$index", text(address)), (records, type) -> longest(records, address));
    }
    if (kind == 4) {
      return field("nowhere", "Ann");
    }
    return parts(depth, kind == 5);
  }

  private Meaning field(String path, String value) {
    Value filter =
        path.equals("home.city") && random.nextBoolean()
            ? struct("home", struct("city", text(value)))
            : struct(path, random.nextBoolean() ? text(value) : struct("$eq", text(value)));
    return new Meaning(
        filter,
        (records, type) ->
            indexed.getOrDefault(type, Set.of()).contains(path)
                ? ids(records, payload -> value.equals(textAt(payload, path)))
                : Set.of());
  }

  private Meaning parts(int depth, boolean all) {
    List<Meaning> parts = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      parts.add(filter(depth - 1));
    }
    ListValue.Builder list = ListValue.newBuilder();
    parts.forEach(part -> list.addValues(part.filter));
    Value filter = struct(all ? "$and" : "$or", Value.newBuilder().setListValue(list).build());
    return new Meaning(
        filter,
        (records, type) -> {
          boolean every = all && !parts.isEmpty();
          Set<String> ids = every ? new HashSet<>(records.keySet()) : new HashSet<>();
          for (Meaning part : parts) {
            Set<String> found = part.ids.apply(records, type);
            boolean unused = all ? ids.retainAll(found) : ids.addAll(found);
          }
          return ids;
        });
  }

  private static Set<String> ids(
      Map<String, Struct> records, java.util.function.Predicate<Struct> condition) {
    return records.entrySet().stream()
        .filter(record -> condition.test(record.getValue()))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private static String textAt(Struct payload, String path) {
    Value at = Value.newBuilder().setStructValue(payload).build();
    for (String name : path.split("\\.", -1)) {
      at = at.getStructValue().getFieldsOrDefault(name, number(0));
    }
    return at.hasStringValue() ? at.getStringValue() : null;
  }

  private static Set<String> longest(Map<String, Struct> records, String address) {
    Set<String> best = new HashSet<>();
    int length = -1;
    for (Map.Entry<String, Struct> record : records.entrySet()) {
      int its = matched(textAt(record.getValue(), "$index.cidr"), address);
      if (its > length) {
        length = its;
        best.clear();
      }
      if (its >= 0 && its == length) {
        best.add(record.getKey());
      }
    }
    return best;
  }

  /** Returns the prefix length of the range if it contains the address; else -1. */
  private static int matched(String range, String address) {
    Bits outer = Bits.of(range);
    Bits inner = Bits.of(address);
    if (outer == null
        || inner == null
        || outer.width != inner.width
        || outer.length > inner.length) {
      return -1;
    }
    int rest = outer.width - outer.length;
    return outer.number.shiftRight(rest).equals(inner.number.shiftRight(rest)) ? outer.length : -1;
  }

  private record Bits(BigInteger number, int width, int length) {
    static Bits of(String text) {
      if (text == null || text.startsWith("n")) {
        return null;
      }
      String[] parts = text.split("/", 2);
      byte[] address;
      try {
        address = InetAddress.getByName(parts[0]).getAddress();
      } catch (UnknownHostException e) {
        return null;
      }
      int width = address.length * 8;
      int given = parts.length == 1 ? width : Integer.parseInt(parts[1]);
      int length = parts.length == 2 && parts[0].startsWith("::f") ? given - 96 : given;
      return length > width ? null : new Bits(new BigInteger(1, address), width, length);
    }
  }

  static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value number(double number) {
    return Value.newBuilder().setNumberValue(number).build();
  }

  private static Value struct(String key, Value value) {
    return Value.newBuilder().setStructValue(Struct.newBuilder().putFields(key, value)).build();
  }
}
