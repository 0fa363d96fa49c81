package io.databroker.tck.crashes;

import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.Condition;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.history.Call;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Operations of the clients of a life. Each payload is unique, so that a record shows which call
 * stored it.
 *
 * <p><b>Thread-safety:</b> none; each client has its own.
 */
final class Clients {
  /** Type indexed by colour. */
  static final String INDEXED = "t0";

  /** Type with a capacity of 3. */
  static final String BOUNDED = "t1";

  /** Type whose capacity changes. */
  static final String CHANGED = "t2";

  private static final int TYPES = 6;
  private static final int IDS = 6;
  private static final int WIDE = 40;

  private final Moment moment;
  private final int client;
  private final SplittableRandom random;
  private final String prefix;
  private int written;

  Clients(Moment moment, int life, int client, SplittableRandom random) {
    this.moment = moment;
    this.client = client;
    this.random = random;
    this.prefix = "n=" + life + "-" + client + "-";
  }

  /** Returns the calls that prepare a new store. */
  static List<Call> setup() {
    return List.of(
        new Call.SetOptions(INDEXED, TypeOptions.NONE.withIndexedFields("colour")),
        new Call.SetOptions(BOUNDED, TypeOptions.NONE.withCapacity(3)));
  }

  /** Returns the reads that show all of a store. */
  static List<Call> reads() {
    return List.of(
        new Call.ReadVersions(),
        new Call.TakeSnapshot(Selection.all()),
        new Call.ListTypes(),
        new Call.ReadOptions(),
        new Call.ReadCheckpoint(),
        new Call.TakeSnapshot(Selection.ofType(CHANGED)),
        new Call.TakeSnapshot(Selection.where(INDEXED, new FieldValue("colour", "red"))),
        new Call.Get("t3", "id0"),
        new Call.Get("t3", "id1"));
  }

  /** Returns the next call. */
  Call next() {
    // Only one client clears, so that at most one clear is running at the kill.
    if (client == 0 && random.nextInt(moment == Moment.CLEAR ? 25 : 120) == 0) {
      return new Call.Clear();
    }
    if (client == 1 && random.nextInt(moment == Moment.OPTIONS ? 5 : 15) == 0) {
      return options();
    }
    int kind = random.nextInt(20);
    if (kind < 8) {
      return new Call.Put(batch(random.nextInt(1, 5)));
    } else if (kind < 10) {
      return new Call.Put(batch(random.nextInt(8) == 0 ? WIDE : 8));
    } else if (kind < 13) {
      return new Call.Put(List.of(Write.delete(type(), id())));
    } else if (kind < 15) {
      return new Call.Put(List.of(put().when(Condition.ABSENT), put()));
    } else if (kind < 16 && client == 2) {
      // Only one client writes marks, so that their order is known.
      return new Call.SetCheckpoint(new Checkpoint(client, ++written));
    }
    return switch (kind) {
      case 16 -> new Call.TakeSnapshot(Selection.all());
      case 17 -> new Call.ListTypes();
      case 18 -> new Call.ReadVersions();
      default -> new Call.Get(type(), id());
    };
  }

  private Call options() {
    TypeOptions options =
        random.nextInt(4) == 0
            ? TypeOptions.NONE
            : TypeOptions.NONE.withCapacity(random.nextInt(1, IDS));
    return random.nextInt(4) == 0 ? setup().get(random.nextInt(2)) : options(options);
  }

  private static Call options(TypeOptions options) {
    return new Call.SetOptions(CHANGED, options);
  }

  private List<Write> batch(int size) {
    List<Write> batch = new ArrayList<>();
    Set<List<String>> keys = new HashSet<>();
    for (int i = 0; i < size; i++) {
      Write write = put();
      if (size == WIDE || keys.add(List.of(write.type(), write.id()))) {
        batch.add(write);
      }
    }
    return batch;
  }

  private Write put() {
    String colour = random.nextBoolean() ? "red" : "blue";
    return Write.put(
        type(), id(), Bytes.utf8("colour=" + colour + ";" + prefix + Integer.toString(++written)));
  }

  private String type() {
    return "t" + random.nextInt(TYPES);
  }

  private String id() {
    return "id" + random.nextInt(IDS);
  }
}
