package io.databroker.tck.scripts;

import io.databroker.api.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The names and values of one script: few, so that steps meet the same ones again, and easily
 * confused with each other.
 */
final class Cast {
  /** Longest name that every type, id and field may have. */
  private static final int LONGEST = 500;

  private final SplittableRandom random;
  private final Limits limits;
  final List<String> types;
  final List<String> ids;
  final List<String> leases;
  final List<String> values;
  final List<String> fields;

  Cast(SplittableRandom random, Limits limits) {
    this.random = random;
    this.limits = limits;
    this.types = names(6);
    this.ids = names(8);
    this.leases = names(4);
    this.values = names(5);
    this.fields = names(4);
    if (random.nextInt(3) == 0) {
      types.set(0, "t");
      ids.set(0, "a");
    }
    if (random.nextBoolean()) {
      values.set(0, "");
    }
    // Payloads have the form field=value;field=value.
    values.replaceAll(value -> value.replaceAll("[;=]", "-"));
    fields.replaceAll(field -> field.replaceAll("[;=]", "-"));
  }

  private Cast(SplittableRandom random, Cast other) {
    this.random = random;
    this.limits = other.limits;
    this.types = other.types;
    this.ids = other.ids;
    this.leases = other.leases;
    this.values = other.values;
    this.fields = other.fields;
  }

  /** Returns the same names, drawn for another thread. */
  Cast with(SplittableRandom other) {
    return new Cast(other, this);
  }

  /** Draws groups of names until there are that many. */
  private List<String> names(int count) {
    List<String> names = new ArrayList<>();
    while (names.size() < count) {
      if (random.nextInt(8) == 0) {
        int[] lengths = Lookalikes.LENGTHS;
        int length = lengths[random.nextInt(lengths.length)];
        add(names, Lookalikes.ofLength(Math.min(length, LONGEST)));
      } else {
        add(names, Lookalikes.GROUPS.get(random.nextInt(Lookalikes.GROUPS.size())));
      }
    }
    return new ArrayList<>(names.subList(0, count));
  }

  private static void add(List<String> names, List<String> group) {
    group.stream().filter(name -> !names.contains(name)).forEach(names::add);
  }

  private String of(List<String> names) {
    return names.get(random.nextInt(names.size()));
  }

  String type() {
    return random.nextInt(20) == 0 ? Names.upTo(random, limits.typeBytes()) : of(types);
  }

  String id() {
    return random.nextInt(20) == 0 ? Names.upTo(random, limits.idBytes()) : of(ids);
  }

  String lease() {
    return random.nextInt(20) == 0 ? Names.upTo(random, limits.idBytes()) : of(leases);
  }

  String value() {
    return of(values);
  }

  String field() {
    return of(fields);
  }

  /** Returns a payload with values of some fields, or none. */
  String payload() {
    int kind = random.nextInt(10);
    if (kind == 0) {
      return "";
    }
    StringBuilder payload = new StringBuilder(fields.get(0)).append('=').append(value());
    if (kind > 3) {
      payload.append(';').append(field()).append('=').append(value());
    }
    // Records differ mostly, and are the same sometimes.
    return payload.append(";n=").append(random.nextInt(kind == 1 ? 1 : 50)).toString();
  }
}
