package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.FieldValue;
import io.databroker.api.Lease;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Keys, values, durations and instants at the edges of the forms in which backends keep them:
 * joined texts, lengths of one byte, index entries of limited size, milliseconds in an int,
 * nanoseconds in a long.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class EdgeRules extends Chapter {
  private static final int TEXT = 700;
  private static final int MANY = 1_100;

  private static final List<String> SEPARATORS =
      List.of("/", ":", "|", ".", ",", "#", "-", "_", " ", "\n", "\t", "\u0001", "\u001f");

  /**
   * Durations about as long as an int of milliseconds or seconds, and the longest that all backends
   * accept.
   */
  private static final List<Duration> LONG =
      List.of(
          Duration.ofMillis(Integer.MAX_VALUE - 1L),
          Duration.ofMillis(Integer.MAX_VALUE + 1L),
          Duration.ofMillis(1L << 32),
          Duration.ofSeconds(Integer.MAX_VALUE + 1L),
          Duration.ofDays(36_500));

  private static final Duration BRIEF = Duration.ofSeconds(1);

  EdgeRules() {}

  @Test
  @Rule({"GET-1", "PUT-11"})
  void aKeyIsTwoTextsThatAreNotJoined() {
    String text = text(TEXT);
    List<StoredRecord> stored = new ArrayList<>();
    // The lengths of the second half have the same low bytes as those of the first.
    for (int from : new int[] {1, 256}) {
      List<Write> batch = new ArrayList<>();
      for (int i = from; i < from + 255; i++) {
        assertNull(backend().get(text.substring(0, i), text.substring(i)), "type and id of " + i);
        batch.add(write(text.substring(0, i), text.substring(i), "split at " + i));
      }
      stored.addAll(put(batch));
    }
    for (String separator : SEPARATORS) {
      StoredRecord one = put("a" + separator + "b", "c");
      assertNull(backend().get("a", "b" + separator + "c"), "\"" + separator + "\" in an id");
      stored.add(one);
      stored.add(put("a", "b" + separator + "c"));
    }
    stored.forEach(record -> assertEquals(record, found(record.type(), record.id())));
    assertEquals(new HashSet<>(stored), records(Selection.all()));
  }

  private static String text(int length) {
    SplittableRandom random = new SplittableRandom(length);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append((char) ('A' + random.nextInt(26)));
    }
    return text.toString();
  }

  @Test
  @Rule("INDEX-1")
  void aLookUpTakesManyValues() {
    backend().setOptions("t", TypeOptions.NONE.withIndexedFields("v"));
    Set<StoredRecord> stored = new HashSet<>(put(batch(40, i -> write("t", "" + i, "v=" + i))));
    for (int count : new int[] {33, 65, 129, 257, 513, MANY}) {
      FieldValue[] terms = new FieldValue[count];
      Arrays.setAll(terms, i -> new FieldValue("v", "" + i));
      Set<StoredRecord> expected = new HashSet<>(stored);
      expected.removeIf(record -> Integer.parseInt(record.id()) >= count);
      assertEquals(
          expected,
          records(Selection.where("t", terms)),
          () -> "a look-up by " + count + " values");
    }
  }

  @Test
  @Rule("INDEX-1")
  void longValuesAreFoundAndToldApart() {
    backend().setOptions("t", TypeOptions.NONE.withIndexedFields("v"));
    int longest = Math.min(100_000, bench.limits().payloadBytes() / 2);
    for (int length : new int[] {255, 256, 1_025, 2_049, 2_713, 8_192, 65_536, longest}) {
      String value = text(length);
      List<String> values = List.of(value, value + "x", value + "y", "x" + value.substring(1));
      List<StoredRecord> stored = new ArrayList<>();
      for (String each : values) {
        stored.add(put(Write.put("t", "" + stored.size(), Bytes.utf8("v=" + each))).get(0));
      }
      for (int i = 0; i < values.size(); i++) {
        String seen = "look-up " + i + " by a value of " + length + " characters";
        FieldValue term = new FieldValue("v", values.get(i));
        assertEquals(Set.of(stored.get(i)), records(Selection.where("t", term)), seen);
      }
    }
  }

  @Test
  @Rule({"LEASE-3", "LEASE-1"})
  void leasesLastAsLongAsTheyAreAskedTo() {
    List<Duration> durations = new ArrayList<>(LONG);
    if (has(Capability.TURNABLE_CLOCK)) {
      for (long nanos : new long[] {1_000, 999_000, 1_000_000, 1_001_000, 999_999_000}) {
        durations.add(Duration.ofNanos(nanos));
      }
    }
    for (Duration duration : durations) {
      String name = "lasts " + duration;
      final Instant before = engineTime(name);
      Lease lease = acquired(name, duration);
      assertFalse(lease.expiresAt().isBefore(before.plus(duration)), () -> name + ": " + lease);
      assertNull(backend().acquireLease(name, duration), () -> name + ", but is granted again");
      Lease renewed = backend().renewLease(name, lease.token(), duration);
      assertNotNull(renewed, () -> name + ", but cannot be renewed");
      assertFalse(renewed.expiresAt().isBefore(before.plus(duration)), () -> name + ": " + renewed);
      if (has(Capability.TURNABLE_CLOCK)) {
        bench.clock.set(renewed.expiresAt().minusNanos(1_000));
        assertNull(backend().acquireLease(name, duration), () -> name + ", but ends early");
        assertTrue(backend().releaseLease(name, lease.token()), () -> name + ", but ends early");
        bench.clock.set(before.plusSeconds(1));
      }
    }
  }

  /**
   * Returns the present time; if the engine has its own clock, computes it from the end of another
   * lease.
   */
  private Instant engineTime(String name) {
    return has(Capability.TURNABLE_CLOCK)
        ? now()
        : acquired("before " + name, BRIEF).expiresAt().minus(BRIEF);
  }

  @Test
  @Rule("TRIM-1")
  void aTrimBeforeAnInstantFarAheadRemovesAll() {
    int versions = 0;
    for (String before :
        List.of(
            "2038-01-19T03:14:08Z",
            "2106-02-07T06:28:16Z",
            "2262-04-11T23:47:16.854775808Z",
            "9999-12-31T23:59:59.999999999Z",
            "+10000-01-01T00:00:00Z",
            "+294247-01-10T04:00:54.775808Z",
            Instant.MAX.toString())) {
      put("t", "" + ++versions);
      pass(Duration.ofNanos(1_000));
      assertEquals(1, backend().trim(Instant.parse(before)), () -> "trim before " + before);
      assertEquals(versions + 1, backend().versions().earliest(), () -> "trim before " + before);
    }
    assertEquals(versions, ids("t").size());
  }

  @Test
  @Rule("TTL-1")
  @Needs(Capability.TURNABLE_CLOCK)
  void aTtlLastsAsLongAsItIsSetTo() {
    Instant start = Instant.parse("2001-02-03T04:05:06.999999Z");
    List<Duration> ttls = new ArrayList<>(LONG);
    ttls.add(Duration.ofNanos(1_000));
    ttls.add(Duration.ofMillis(1));
    ttls.add(Duration.ofNanos(1_000_001_000));
    for (Duration ttl : ttls) {
      bench.clock.set(start);
      backend().setOptions("t", TypeOptions.NONE.withTtl(ttl));
      StoredRecord stored = put("t", "1");
      assertEquals(0, backend().expire(), () -> "a TTL of " + ttl + " ends at once");
      bench.clock.set(stored.modifiedAt().plus(ttl));
      assertEquals(0, backend().expire(), () -> "a TTL of " + ttl + " ends early");
      bench.clock.set(stored.modifiedAt().plus(ttl).plusNanos(1_000));
      assertEquals(1, backend().expire(), () -> "a TTL of " + ttl + " has ended");
    }
  }
}
