package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The calls that {@link Encounters} makes at the same time. */
public final class Meetings {
  private static final String TYPE = "t";
  private static final Duration TTL = Duration.ofSeconds(1);

  /** More records than one step of a lowered capacity evicts. */
  private static final int MANY = 130;

  private Meetings() {}

  /** An expiry of two records during a rewrite of one: the rewritten one lives. */
  public static Encounters.Meeting rewriteBesideExpiry(Bench bench) {
    return new Encounters.Meeting() {
      private boolean prepared;

      @Override
      public void prepare(Backend backend, SplittableRandom random) {
        if (!prepared) {
          backend.setOptions(TYPE, TypeOptions.NONE.withTtl(TTL));
          prepared = true;
        }
        backend.put(List.of(put("1", "old"), put("2", "old")));
        bench.clock.turn(TTL.multipliedBy(2));
      }

      @Override
      public void decide(Backend backend) {
        backend.expire();
      }

      @Override
      public void write(Backend backend) {
        backend.put(List.of(put("1", "new")));
      }

      @Override
      public @Nullable String problem(Backend backend) {
        Set<String> live = ids(backend, Selection.ofType(TYPE));
        return live.equals(Set.of("1"))
            ? null
            : "records 1 and 2 had expired, and 1 was written again during the expiry: expected"
                + " only record 1, but found "
                + live;
      }
    };
  }

  /** A capacity that is lowered to 1 during a write: only the written record lives. */
  public static Encounters.Meeting writeBesideALoweredCapacity() {
    return new Encounters.Meeting() {
      private String written = "";

      @Override
      public void prepare(Backend backend, SplittableRandom random) {
        backend.setOptions(TYPE, TypeOptions.NONE);
        List<Write> batch = new ArrayList<>();
        int records = random.nextInt(8) == 0 ? MANY : 2;
        for (int i = 0; i < MANY; i++) {
          batch.add(i < records ? put("" + i, "old") : Write.delete(TYPE, "" + i));
        }
        backend.put(batch);
        written = random.nextInt(4) == 0 ? "new" : "" + random.nextInt(records);
      }

      @Override
      public void decide(Backend backend) {
        backend.setOptions(TYPE, TypeOptions.NONE.withCapacity(1));
      }

      @Override
      public void write(Backend backend) {
        backend.put(List.of(put(written, "new")));
      }

      @Override
      public @Nullable String problem(Backend backend) {
        Set<String> live = ids(backend, Selection.ofType(TYPE));
        backend.put(List.of(Write.delete(TYPE, "new")));
        return live.equals(Set.of(written))
            ? null
            : Texts.format(
                "the capacity was lowered to 1 during a write of record %s, which is the youngest"
                    + " either way, but found %s",
                written, live);
      }
    };
  }

  /** A field that is indexed during a write: look-ups agree with the records. */
  public static Encounters.Meeting writeBesideANewIndex() {
    return new Encounters.Meeting() {
      private Write write = Write.delete(TYPE, "1");
      private Set<String> expected = Set.of();

      @Override
      public void prepare(Backend backend, SplittableRandom random) {
        backend.setOptions(TYPE, TypeOptions.NONE);
        backend.put(List.of(put("1", "colour=red"), Write.delete(TYPE, "2")));
        switch (random.nextInt(4)) {
          case 0 -> meet(put("1", "colour=blue"), Set.of());
          case 1 -> meet(Write.delete(TYPE, "1"), Set.of());
          case 2 -> meet(put("1", "colour=red;again=1"), Set.of("1"));
          default -> meet(put("2", "colour=red"), Set.of("1", "2"));
        }
      }

      private void meet(Write beside, Set<String> found) {
        write = beside;
        expected = found;
      }

      @Override
      public void decide(Backend backend) {
        backend.setOptions(TYPE, TypeOptions.NONE.withIndexedFields("colour"));
      }

      @Override
      public void write(Backend backend) {
        backend.put(List.of(write));
      }

      @Override
      public @Nullable String problem(Backend backend) {
        Set<String> found = ids(backend, Selection.where(TYPE, new FieldValue("colour", "red")));
        return found.equals(expected)
            ? null
            : Texts.format(
                "a field was indexed during %s: expected that a look-up finds %s, but it finds %s",
                write, expected, found);
      }
    };
  }

  private static Write put(String id, String payload) {
    return Write.put(TYPE, id, Bytes.utf8(payload));
  }

  private static Set<String> ids(Backend backend, Selection selection) {
    Set<String> ids = new TreeSet<>();
    try (Snapshot snapshot = backend.snapshot(selection)) {
      snapshot.records().forEachRemaining((StoredRecord record) -> ids.add(record.id()));
    }
    return ids;
  }
}
