package io.databroker.host.patch;

import io.databroker.api.Backend;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.UnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Changes records in part. Each call is applied whole or not at all, to the records as they are at
 * one instant, and loses no update, whoever else writes them.
 *
 * <p>It reads the records, and puts what becomes of them under the condition that they are still
 * those. Patches through one patcher take turns, record by record, so that only others' writes can
 * come between; if one does, it begins anew.
 *
 * <p><b>Thread-safety:</b> any thread may use it.
 */
public final class Patcher {
  private static final int ATTEMPTS = 100;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000;

  private final Backend backend;
  private final Turns turns = new Turns();

  /** Patches records of that backend. */
  public Patcher(Backend backend) {
    this.backend = Objects.requireNonNull(backend, "backend");
  }

  /**
   * Applies the patches in order, in one batch.
   *
   * @param patches at most as many as the backend takes in a batch; of one record, the later sees
   *     what the earlier made of it
   * @return what was stored, in the order of the patches, without those of records that do not
   *     exist
   * @throws ConditionFailedException if others' writes came between a hundred times in a row;
   *     nothing was applied
   * @throws UnavailableException if it is not its turn within ten seconds; nothing was applied
   */
  public PutResult patch(List<Patch> patches) {
    List<Patch> copy = List.copyOf(patches);
    if (copy.isEmpty()) {
      return nothing();
    }
    Turns.Turn turn = turns.take(copy);
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          return attempt(copy);
        } catch (ConditionFailedException e) {
          if (attempt == ATTEMPTS) {
            throw e;
          }
          // Those who lost to each other do not meet again at the same instant.
          long longest = Math.min(LONGEST_PAUSE_NANOS, 1_000L << Math.min(attempt, 10));
          LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(longest));
        }
      }
    } finally {
      turn.end();
    }
  }

  private PutResult attempt(List<Patch> patches) {
    Draft draft = new Draft(backend);
    patches.forEach(draft::apply);
    if (!draft.writesAny()) {
      return nothing();
    }
    PutResult result = backend.put(draft.batch());
    List<StoredRecord> changed = new ArrayList<>(result.records());
    changed.subList(0, draft.absences()).clear();
    return new PutResult(result.serverVersion(), changed);
  }

  private PutResult nothing() {
    return new PutResult(backend.versions().serverVersion(), List.of());
  }
}
