package io.databroker.tck.chapters;

import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.Condition;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.history.Call;
import io.databroker.tck.races.CloseRace;
import io.databroker.tck.races.Encounters;
import io.databroker.tck.races.LeaseRace;
import io.databroker.tck.races.Meetings;
import io.databroker.tck.races.PairRace;
import io.databroker.tck.races.Rounds;
import io.databroker.tck.races.Script;
import io.databroker.tck.races.TypeLists;
import io.databroker.tck.races.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Concurrency, by recorded histories: the answers to concurrent clients, and the changes that feeds
 * deliver, must match some sequential order of the calls.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class ConcurrencyRules extends Chapter {
  private static final Call LIST_TYPES = new Call.ListTypes();
  private static final Call VERSIONS = new Call.ReadVersions();
  private static final Call SNAPSHOT = new Call.TakeSnapshot(Selection.all());

  ConcurrencyRules() {}

  private void run(String rule, Workload workload) {
    bench.clock.letOthersGoFirst();
    new Rounds(bench, rule).run(workload);
  }

  private static String type(SplittableRandom random, int types) {
    return "t" + random.nextInt(types);
  }

  private static String id(SplittableRandom random, int ids) {
    return "id" + random.nextInt(ids);
  }

  /** A put with a unique payload. */
  private static Write put(String type, String id, SplittableRandom random) {
    return Write.put(type, id, Bytes.utf8(Integer.toHexString(random.nextInt())));
  }

  private static Call batch(Write... writes) {
    return new Call.Put(List.of(writes));
  }

  private static Write toggle(SplittableRandom random, String type, String id) {
    return random.nextBoolean() ? put(type, id, random) : Write.delete(type, id);
  }

  @Test
  @Rule("LIST-4")
  void listTypesWhileManyTypesAppearAndEmpty() {
    new Rounds(bench, "LIST-4").run(TypeLists.some());
  }

  @Test
  @Rule("LIST-4")
  void listTypesOfThousandsWhileTwoSwap() {
    Duration share = Rounds.share(bench.tuning, Rounds.LISTS);
    new Rounds(bench, "LIST-4", Rounds.LISTS).run(TypeLists.thousands(share));
  }

  @Test
  @Rule({"LIST-4", "SNAP-2", "INDEX-1", "GET-1", "FEED-2", "VER-5"})
  void eachAnswerBesideSwapsKeepsTheirInvariant() throws InterruptedException {
    new PairRace(bench).run();
  }

  @Test
  @Rule("GET-1")
  void getsOfOneHotKey() {
    run(
        "GET-1",
        Workload.of(
            "one hot key",
            4,
            40,
            (random, memory) -> {
              int kind = random.nextInt(10);
              if (kind < 6) {
                return new Call.Get("t0", "hot");
              }
              return batch(kind < 9 ? put("t0", "hot", random) : Write.delete("t0", "hot"));
            }));
  }

  @Test
  @Rule("PUT-4")
  void conditionsUnderContention() {
    run(
        "PUT-4",
        Workload.of(
            "conditional writes of two keys",
            4,
            40,
            (random, memory) -> {
              String id = id(random, 2);
              long version = memory.version("t0", id);
              int kind = random.nextInt(10);
              if (kind < 3) {
                return new Call.Get("t0", id);
              } else if (kind < 9) {
                Condition condition = version == 0 ? Condition.ABSENT : Condition.version(version);
                return batch(put("t1", "beside", random), toggle(random, "t0", id).when(condition));
              }
              return batch(Write.delete("t0", id).when(Condition.NONE));
            }));
  }

  @Test
  @Rule("PUT-2")
  void readsBesideWideBatches() {
    run(
        "PUT-2",
        Workload.of(
            "wide batches",
            4,
            30,
            (random, memory) -> {
              int kind = random.nextInt(10);
              if (kind < 4) {
                List<Write> writes = new ArrayList<>();
                boolean delete = random.nextInt(3) == 0;
                for (int i = 0; i < 12; i++) {
                  String type = "t" + i % 6;
                  String id = "id" + i;
                  writes.add(delete ? Write.delete(type, id) : put(type, id, random));
                }
                return new Call.Put(writes);
              } else if (kind < 7) {
                int i = random.nextInt(12);
                return new Call.Get("t" + i % 6, "id" + i);
              }
              return kind < 8 ? LIST_TYPES : kind < 9 ? SNAPSHOT : VERSIONS;
            }));
  }

  @Test
  @Rule("VER-2")
  void versionsInTheOrderOfEffect() {
    run(
        "VER-2",
        Workload.of(
            "writers that read the versions",
            4,
            40,
            (random, memory) -> {
              int kind = random.nextInt(10);
              if (kind < 5) {
                return batch(put(type(random, 3), id(random, 3), random));
              }
              return kind < 8
                  ? VERSIONS
                  : kind < 9
                      ? batch(Write.delete(type(random, 3), id(random, 3)))
                      : new Call.Get(type(random, 3), id(random, 3));
            }));
  }

  @Test
  @Rule("SNAP-2")
  void snapshotsBesideWrites() {
    run(
        "SNAP-2",
        Workload.of(
            "snapshots during writes",
            4,
            24,
            (random, memory) -> {
              int kind = random.nextInt(10);
              if (kind < 6) {
                return batch(
                    toggle(random, type(random, 3), id(random, 4)),
                    put(type(random, 3), id(random, 4), random));
              } else if (kind < 7) {
                return new Call.SetOptions(
                    "t9", TypeOptions.NONE.withCapacity(random.nextInt(1, 5)));
              }
              return kind < 9 ? SNAPSHOT : new Call.TakeSnapshot(Selection.ofType(type(random, 3)));
            }));
  }

  @Test
  @Rule("CAP-1")
  void capacityAtItsEdge() {
    Script client =
        (random, memory) -> {
          int kind = random.nextInt(20);
          String type = type(random, 3);
          if (kind < 9) {
            return batch(put(type, id(random, 8), random), toggle(random, type(random, 3), "x"));
          } else if (kind < 10) {
            return new Call.SetOptions(type, TypeOptions.NONE.withCapacity(random.nextInt(0, 4)));
          } else if (kind < 14) {
            return new Call.TakeSnapshot(Selection.ofType(type));
          }
          return kind < 17 ? new Call.Get(type, id(random, 8)) : LIST_TYPES;
        };
    run(
        "CAP-1",
        Workload.of("capacity at its edge", 3, 30, client)
            .setUpBy(
                backend -> {
                  for (int i = 0; i < 3; i++) {
                    backend.setOptions("t" + i, TypeOptions.NONE.withCapacity(2));
                  }
                }));
  }

  @Test
  @Rule("INDEX-1")
  void lookUpsBesideWrites() {
    String[] colours = {"red", "blue", "green"};
    Script client =
        (random, memory) -> {
          String colour = colours[random.nextInt(3)];
          int kind = random.nextInt(10);
          if (kind < 5) {
            String payload = "colour=" + colour + ";n=" + random.nextInt();
            return batch(Write.put("t0", id(random, 6), Bytes.utf8(payload)));
          } else if (kind < 6) {
            return batch(Write.delete("t0", id(random, 6)));
          }
          return new Call.TakeSnapshot(Selection.where("t0", new FieldValue("colour", colour)));
        };
    run(
        "INDEX-1",
        Workload.of("look-ups during writes", 4, 30, client)
            .setUpBy(
                backend -> backend.setOptions("t0", TypeOptions.NONE.withIndexedFields("colour"))));
  }

  @Test
  @Rule({"FEED-1", "FEED-2", "FEED-4"})
  void feedsBesideWriters() {
    Script client =
        (random, memory) -> {
          int kind = random.nextInt(10);
          if (kind < 8) {
            return batch(
                put(type(random, 4), id(random, 4), random),
                toggle(random, type(random, 4), id(random, 4)),
                toggle(random, type(random, 4), id(random, 4)));
          }
          return kind < 9 ? VERSIONS : SNAPSHOT;
        };
    run(
        "FEED-1",
        Workload.of("feeds during writes", 3, 20, client)
            .setUpBy(backend -> backend.setOptions("t3", TypeOptions.NONE.withCapacity(2)))
            .followedBy(6, "t0", "t3", "t"));
  }

  @Test
  @Rule("FEED-8")
  void watchersThatWaitWhileOneWrites() {
    Script client = (random, memory) -> batch(put(type(random, 2), id(random, 4), random));
    run(
        "FEED-8",
        Workload.of("watchers that wait while one writes", 2, 12, client)
            .followedBy(6, "t0", "t1"));
  }

  @Test
  @Rule("FEED-5")
  void readersThatATrimOvertakes() {
    Script client =
        (random, memory) ->
            random.nextInt(8) == 0
                ? VERSIONS
                : batch(put(type(random, 2), id(random, 4), random), put("t2", "x", random));
    run(
        "FEED-5",
        Workload.of("readers that a trim overtakes", 3, 20, client)
            .followedBy(6, "t0", "t1")
            .losingHistory()
            .beside(
                backend -> {
                  if (has(Capability.TURNABLE_CLOCK)) {
                    bench.clock.turn(Duration.ofMillis(1));
                    backend.trim(bench.clock.instant().minusMillis(2));
                  } else {
                    backend.trim(bench.now().minusMillis(1));
                  }
                }));
  }

  @Test
  @Rule("CLEAR-5")
  void clearsBesideEverything() {
    Script client =
        (random, memory) -> {
          int kind = random.nextInt(24);
          if (kind == 0) {
            return new Call.Clear();
          } else if (kind < 12) {
            return batch(
                put(type(random, 4), id(random, 3), random),
                toggle(random, type(random, 4), id(random, 3)));
          }
          if (kind < 16) {
            return LIST_TYPES;
          } else if (kind < 20) {
            return SNAPSHOT;
          }
          return kind < 22 ? VERSIONS : new Call.Get(type(random, 4), id(random, 3));
        };
    run(
        "CLEAR-5",
        Workload.of("clears during everything", 4, 24, client)
            .followedBy(4, "t0", "t1")
            .losingHistory());
  }

  @Test
  @Rule({"CAP-5", "CAP-3", "INDEX-4", "TTL-1", "TTL-3"})
  void aWriteBesideAnExpiryOrNewOptionsIsNeitherLostNorLeftOver() throws InterruptedException {
    int parts = has(Capability.TURNABLE_CLOCK) ? 3 : 2;
    Encounters encounters = new Encounters(bench);
    encounters.run(
        "CAP-5",
        "a write while the capacity is lowered",
        parts,
        Meetings.writeBesideALoweredCapacity());
    encounters.run(
        "INDEX-4", "a write while a field is indexed", parts, Meetings.writeBesideANewIndex());
    if (has(Capability.TURNABLE_CLOCK)) {
      encounters.run(
          "TTL-1", "a rewrite during an expiry", parts, Meetings.rewriteBesideExpiry(bench));
    }
  }

  @Test
  @Rule("CLOSE-4")
  void aCloseBesideEverything() throws InterruptedException {
    new CloseRace(bench).run();
  }

  @Test
  @Rule("LEASE-1")
  void leasesUnderContention() throws InterruptedException {
    new LeaseRace(bench).run();
  }
}
