package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.FieldValue;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.scripts.Lookalikes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Names and values that a careless comparison confuses: a backend must distinguish them.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class NameRules extends Chapter {
  NameRules() {}

  /** Puts writes in batches that every backend accepts. */
  private List<StoredRecord> putAll(List<Write> writes) {
    List<StoredRecord> stored = new ArrayList<>();
    for (int from = 0; from < writes.size(); from += 50) {
      List<Write> batch = writes.subList(from, Math.min(writes.size(), from + 50));
      stored.addAll(put(batch));
    }
    return stored;
  }

  @Test
  @Rule({"PUT-11", "GET-1"})
  void eachIdIsItselfAlone() {
    List<Write> writes = new ArrayList<>();
    Lookalikes.all(bench.limits().idBytes()).forEach(id -> writes.add(write("t", id, "of " + id)));
    List<StoredRecord> stored = putAll(writes);
    stored.forEach(record -> assertEquals(record, found("t", record.id())));
    assertEquals(new HashSet<>(stored), records(Selection.ofType("t")));
    for (StoredRecord record : stored) {
      put(delete("t", record.id()));
      assertEquals(null, backend().get("t", record.id()));
    }
    assertEquals(2L * stored.size(), backend().versions().latest());
  }

  @Test
  @Rule({"FEED-3", "OPT-2", "LIST-1"})
  void eachTypeIsItselfAlone() {
    List<Write> writes = new ArrayList<>();
    List<String> types = Lookalikes.all(bench.limits().typeBytes());
    Position begin = end();
    types.forEach(type -> writes.add(write(type, "1", "of " + type)));
    List<StoredRecord> stored = putAll(writes);
    assertEquals(Set.copyOf(types), Set.copyOf(backend().listTypes()));
    Map<String, TypeOptions> options = new HashMap<>();
    for (StoredRecord record : stored) {
      assertEquals(List.of(record), records(feed(begin, record.type())), "a feed of its type");
      assertEquals(Set.of(record), records(Selection.ofType(record.type())));
      TypeOptions own = TypeOptions.NONE.withCapacity(100 + options.size());
      backend().setOptions(record.type(), own);
      options.put(record.type(), own);
    }
    assertEquals(options, backend().options());
  }

  @Test
  @Rule({"LEASE-1", "LEASE-3"})
  void eachLeaseIsItselfAlone() {
    Map<String, Long> tokens = new HashMap<>();
    Duration duration = Duration.ofHours(1);
    for (String name : Lookalikes.all(bench.limits().idBytes())) {
      tokens.put(name, acquired(name, duration).token());
    }
    assertEquals(tokens.size(), new HashSet<>(tokens.values()).size(), "each has its own token");
    tokens.forEach(
        (name, token) -> {
          Lease renewed = backend().renewLease(name, token, duration);
          assertTrue(renewed != null && renewed.name().equals(name), () -> name + " is renewed");
        });
    tokens.forEach(
        (name, token) -> assertTrue(backend().releaseLease(name, token), () -> name + " is held"));
  }

  @Test
  @Rule({"LEASE-3", "LEASE-7"})
  void theEndOfEachLeaseIsItsOwn() {
    List<String> names = Lookalikes.all(bench.limits().idBytes());
    List<Lease> leases = new ArrayList<>();
    names.forEach(name -> leases.add(acquired(name, Duration.ofHours(10))));
    for (int i = 0; i < names.size(); i += 2) {
      assertTrue(backend().renewLease(names.get(i), leases.get(i).token(), span()) != null);
    }
    pass(span().multipliedBy(2));
    for (int i = 0; i < names.size(); i++) {
      boolean lasts =
          backend().renewLease(names.get(i), leases.get(i).token(), Duration.ofHours(10)) != null;
      assertEquals(i % 2 == 1, lasts, "whether the lease of " + names.get(i) + " lasts");
    }
  }

  @Test
  @Rule("INDEX-1")
  void eachValueIsItselfAlone() {
    List<String> values = new ArrayList<>(Lookalikes.all(bench.limits().idBytes()));
    values.removeIf(value -> value.contains(";"));
    values.add("");
    backend().setOptions("t", TypeOptions.NONE.withIndexedFields("v"));
    List<StoredRecord> stored =
        putAll(batch(values.size(), i -> write("t", "id" + i, "v=" + values.get(i))));
    for (int i = 0; i < values.size(); i++) {
      FieldValue term = new FieldValue("v", values.get(i));
      assertEquals(
          Set.of(stored.get(i)), records(Selection.where("t", term)), () -> "look-up of " + term);
    }
  }

  @Test
  @Rule({"INDEX-3", "OPT-1"})
  void eachFieldIsItselfAlone() {
    List<String> fields = new ArrayList<>(Lookalikes.all(bench.limits().idBytes()));
    fields.removeIf(field -> field.contains(";") || field.contains("="));
    // Every second field is indexed: the others are not, although they look similar.
    List<String> indexed = new ArrayList<>();
    StringBuilder payload = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      if (i % 2 == 0) {
        indexed.add(fields.get(i));
      }
      payload.append(i == 0 ? "" : ";").append(fields.get(i)).append("=").append(i);
    }
    TypeOptions options = TypeOptions.NONE.withIndexedFields(indexed.toArray(new String[0]));
    backend().setOptions("t", options);
    assertEquals(options, backend().options().get("t"));
    StoredRecord stored = put(write("t", "1", payload.toString())).get(0);
    for (int i = 0; i < fields.size(); i++) {
      FieldValue term = new FieldValue(fields.get(i), Integer.toString(i));
      FieldValue other = new FieldValue(fields.get(i), Integer.toString(i + 1));
      assertEquals(
          i % 2 == 0 ? Set.of(stored) : Set.of(),
          records(Selection.where("t", term)),
          () -> "look-up of " + term);
      assertEquals(Set.of(), records(Selection.where("t", other)));
    }
  }

  /** Returns the same text as another object. */
  @SuppressWarnings("StringOperationCanBeSimplified") // the object matters
  private static String again(String text) {
    return new String(text.toCharArray());
  }

  @Test
  @Rule({"GET-1", "SNAP-1", "FEED-3"})
  void keysAreKnownByTheirCharacters() {
    for (String type : List.of("t", "a longer type")) {
      Position begin = end();
      StoredRecord stored = put(again(type), again("1"));
      assertEquals(stored, backend().get(again(type), again("1")));
      assertEquals(Set.of(stored), records(Selection.ofType(again(type))));
      assertEquals(List.of(stored), records(feed(begin, again(type))));
      StoredRecord rewritten = put(again(type), again("1"));
      assertEquals(Set.of(rewritten), records(Selection.ofType(again(type))));
      put(delete(again(type), again("1")));
      assertEquals(null, backend().get(again(type), again("1")));
    }
  }

  @Test
  @Rule({"CAP-1", "OPT-1"})
  void theTypesOfOptionsAreKnownByTheirCharacters() {
    capacity(again("t"), 3);
    capacity(again("t"), 1);
    putEach(again("t"), "1", "2");
    assertEquals(setOf("2"), ids("t"));
    backend().setOptions(again("t"), TypeOptions.NONE);
    putEach(again("t"), "3");
    assertEquals(setOf("2", "3"), ids("t"));
    assertEquals(Map.of(), backend().options());
  }

  @Test
  @Rule({"INDEX-1", "INDEX-3"})
  void fieldsAndValuesAreKnownByTheirCharacters() {
    backend().setOptions(again("t"), TypeOptions.NONE.withIndexedFields(again("colour")));
    StoredRecord stored = put(write(again("t"), "1", "colour=red")).get(0);
    FieldValue term = new FieldValue(again("colour"), again("red"));
    assertEquals(Set.of(stored), records(Selection.where(again("t"), term)));
  }

  @Test
  @Rule({"LEASE-1", "LEASE-5"})
  void leasesAreKnownByTheirCharacters() {
    Lease lease = acquired(again("a"), Duration.ofHours(1));
    assertEquals(null, backend().acquireLease(again("a"), Duration.ofHours(1)));
    assertTrue(backend().renewLease(again("a"), lease.token(), Duration.ofHours(2)) != null);
    assertTrue(backend().releaseLease(again("a"), lease.token()));
  }
}
