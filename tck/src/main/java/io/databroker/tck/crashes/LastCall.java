package io.databroker.tck.crashes;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.Checkpoint;
import io.databroker.api.Lease;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.child.Link;
import io.databroker.tck.engine.TestClock;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Recorder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The last call to a store before the process is killed. No later call can save by chance the state
 * that this call should have saved.
 *
 * <p><b>Thread-safety:</b> none; used once.
 */
final class LastCall {
  private static final String EXPIRING = "expiring";
  private static final Duration BRIEF = Duration.ofSeconds(30);

  /** A kind of call. */
  enum Kind {
    RESTORE,
    EXPIRY,
    CLEAR,
    EVICTION,
    LOWERED_CAPACITY,
    NO_OPTIONS,
    RENEWAL,
    CHECKPOINT
  }

  private final Backend backend;
  private final Set<Capability> capabilities;
  private final TestClock clock;
  private final Recorder recorder;
  private final Link link;
  private final int life;

  /** Makes a call and reports it. */
  private final Consumer<Call> calls;

  LastCall(
      Backend backend,
      Set<Capability> capabilities,
      TestClock clock,
      Recorder recorder,
      Link link,
      int life,
      Consumer<Call> calls) {
    this.backend = backend;
    this.capabilities = capabilities;
    this.clock = clock;
    this.recorder = recorder;
    this.link = link;
    this.life = life;
    this.calls = calls;
  }

  /** Returns all kinds, rotated by the seed: consecutive seeds have different kinds at the end. */
  static List<Kind> kinds(long seed) {
    List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
    Collections.rotate(kinds, (int) Math.floorMod(seed, (long) kinds.size()));
    return kinds;
  }

  /**
   * Makes a call of the given kind, after the calls that prepare it; makes none if the backend has
   * no such call.
   */
  void make(Kind kind) {
    put("t3", "kept");
    switch (kind) {
      case RESTORE -> {
        if (capabilities.contains(Capability.RESTORE)) {
          restore();
        }
      }
      case EXPIRY -> {
        if (capabilities.contains(Capability.TURNABLE_CLOCK)) {
          expire();
        }
      }
      case CLEAR -> {
        put("t3", "cleared");
        calls.accept(new Call.Clear());
      }
      case EVICTION -> {
        options(Clients.BOUNDED, TypeOptions.NONE.withCapacity(1));
        put(Clients.BOUNDED, "evicted");
        put(Clients.BOUNDED, "kept");
      }
      case LOWERED_CAPACITY -> {
        options(Clients.CHANGED, TypeOptions.NONE);
        put(Clients.CHANGED, "evicted");
        put(Clients.CHANGED, "kept");
        options(Clients.CHANGED, TypeOptions.NONE.withCapacity(1));
      }
      case NO_OPTIONS -> {
        options(Clients.CHANGED, TypeOptions.NONE.withCapacity(5));
        options(Clients.CHANGED, TypeOptions.NONE);
      }
      case RENEWAL -> renew();
      case CHECKPOINT -> calls.accept(new Call.SetCheckpoint(new Checkpoint(-1, life)));
    }
  }

  private void expire() {
    options(EXPIRING, TypeOptions.NONE.withTtl(Duration.ofSeconds(1)));
    put(EXPIRING, "one");
    clock.turn(BRIEF);
    calls.accept(new Call.Expire(clock.instant()));
  }

  private void put(String type, String id) {
    calls.accept(new Call.Put(List.of(Write.put(type, id, payload(id)))));
  }

  private Bytes payload(String id) {
    return Bytes.utf8("n=" + life + "-last-" + id);
  }

  private void options(String type, TypeOptions options) {
    calls.accept(new Call.SetOptions(type, options));
  }

  /** Restores a record, and reports that as a put: the two differ only in the time. */
  private void restore() {
    Instant now =
        capabilities.contains(Capability.TURNABLE_CLOCK)
            ? clock.instant()
            : InstantSource.system().instant();
    Instant time = now.minus(Duration.ofHours(1)).truncatedTo(ChronoUnit.MICROS);
    StoredRecord given = new StoredRecord("t3", "restored", 0, payload("restored"), time, false);
    Call put = new Call.Put(List.of(Write.put(given.type(), given.id(), given.payload())));
    long began = recorder.tick();
    tell("call", new Operation(0, began, Operation.NEVER, put, new Answer.Unknown()));
    Answer answer = new Answer.Stored(backend.restore(List.of(given)));
    tell("answer", new Operation(0, began, recorder.tick(), put, answer));
  }

  private void tell(String event, Operation operation) {
    link.tell(event, HistoryFile.line(operation));
  }

  /** Renews a brief lease for long: the next life finds it held. */
  private void renew() {
    String name = "life " + life + " renewed";
    link.tell("lease", "acquiring", name, "0");
    Lease lease = backend.acquireLease(name, BRIEF);
    boolean renewed =
        lease != null && backend.renewLease(name, lease.token(), Contents.LONG) != null;
    if (lease != null && renewed) {
      link.tell("lease", "acquired", name, Long.toString(lease.token()));
    }
  }
}
