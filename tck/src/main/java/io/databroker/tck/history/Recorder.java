package io.databroker.tck.history;

import io.databroker.api.Backend;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.DatabrokerException;
import io.databroker.api.ErrorId;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Calls a backend and records each call with its time and answer.
 *
 * <p><b>Thread-safety:</b> all clients share the clock; each list of operations belongs to one
 * client.
 */
public final class Recorder {
  /** Errors that promise that nothing was applied. */
  private static final Set<ErrorId> NOT_APPLIED =
      Set.of(ErrorId.CLOSED, ErrorId.UNAVAILABLE, ErrorId.STORAGE_FULL, ErrorId.SNAPSHOT_EXPIRED);

  private final AtomicLong clock = new AtomicLong();

  private final Set<ErrorId> unknown;

  /** Creates a recorder whose clock starts at 0. */
  public Recorder() {
    this(Set.of());
  }

  /** Creates a recorder that counts these errors as unknown outcomes. */
  public Recorder(Set<ErrorId> unknown) {
    this.unknown = Set.copyOf(unknown);
  }

  /** Returns the next tick of the clock; no two calls get the same. */
  public long tick() {
    return clock.incrementAndGet();
  }

  /** Makes a call for a client and records it. */
  public Operation record(int client, Backend backend, Call call) {
    return record(client, backend, call, began -> {});
  }

  /** Makes a call for a client and records it; passes on the tick of its beginning first. */
  public Operation record(int client, Backend backend, Call call, LongConsumer beginning) {
    long began = tick();
    beginning.accept(began);
    Answer answer;
    long ended;
    if (call instanceof Call.TakeSnapshot taken) {
      // The snapshot belongs to an instant of the call, but is read after the call, during later
      // writes.
      try (Snapshot snapshot = backend.snapshot(taken.selection())) {
        ended = tick();
        List<StoredRecord> records = new ArrayList<>();
        snapshot.records().forEachRemaining(records::add);
        answer = new Answer.Shown(snapshot.position(), snapshot.options(), records);
      } catch (RuntimeException | Error e) {
        answer = failure(e);
        ended = tick();
      }
    } else {
      answer = answer(backend, call);
      ended = tick();
    }
    boolean unknown = answer instanceof Answer.Unknown;
    return new Operation(client, began, unknown ? Operation.NEVER : ended, call, answer);
  }

  private Answer answer(Backend backend, Call call) {
    try {
      if (call instanceof Call.Put put) {
        return new Answer.Stored(backend.put(put.batch()));
      } else if (call instanceof Call.Get get) {
        return new Answer.Found(backend.get(get.type(), get.id()));
      } else if (call instanceof Call.ListTypes) {
        return new Answer.Types(backend.listTypes());
      } else if (call instanceof Call.ReadVersions) {
        return new Answer.Told(backend.versions());
      } else if (call instanceof Call.SetOptions set) {
        backend.setOptions(set.type(), set.options());
        return new Answer.Done();
      } else if (call instanceof Call.ReadOptions) {
        return new Answer.Configured(backend.options());
      } else if (call instanceof Call.Expire) {
        return new Answer.Counted(backend.expire());
      } else if (call instanceof Call.ReadCheckpoint) {
        return new Answer.Marked(backend.checkpoint());
      } else if (call instanceof Call.SetCheckpoint set) {
        backend.setCheckpoint(set.checkpoint());
        return new Answer.Done();
      }
      return new Answer.Cleared(backend.clear());
    } catch (RuntimeException | Error e) {
      return failure(e);
    }
  }

  private Answer failure(Throwable failure) {
    if (failure instanceof ConditionFailedException failed) {
      return new Answer.ConditionFailed(failed.index(), failed.found());
    }
    if (failure instanceof OutcomeUnknownException
        || (failure instanceof DatabrokerException known && unknown.contains(known.id()))) {
      return new Answer.Unknown();
    }
    if (failure instanceof DatabrokerException error && NOT_APPLIED.contains(error.id())) {
      return new Answer.NotApplied(error.id().label());
    }
    return new Answer.Crashed(Texts.trace(failure));
  }

  /** Reads the state of a backend without concurrent writes. */
  public static History.Start start(Backend backend) {
    Versions versions = backend.versions();
    List<StoredRecord> records = new ArrayList<>();
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      snapshot.records().forEachRemaining(records::add);
      return new History.Start(
          versions.serverVersion(),
          versions.latest(),
          backend.options(),
          records,
          true,
          backend.checkpoint());
    }
  }
}
