package io.databroker.host.patch;

import io.databroker.api.Backend;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import io.databroker.api.PutResult;
import io.databroker.api.UnavailableException;
import io.databroker.host.retry.Retry;
import java.util.List;
import java.util.Objects;

/**
 * Changes parts of records. A call is applied completely or not at all, to the records at one
 * instant, and loses no concurrent update.
 *
 * <p>It reads the records and writes the changed payloads on condition that the records have not
 * changed meanwhile; otherwise it starts again. Patches through the same patcher take turns at each
 * record, so they do not conflict with each other.
 */
public final class Patcher {

  private final Backend backend;
  private final long batchBytes;
  private final Turns turns = new Turns();

  /** Creates a patcher for a backend. */
  public Patcher(Backend backend) {
    this(backend, Long.MAX_VALUE);
  }

  /**
   * Creates a patcher for a backend. A call fails as soon as the patched payloads exceed {@code
   * batchBytes}, before the remaining payloads fill the memory.
   *
   * @param batchBytes total size of the payloads of a batch, from the limits of the backend
   */
  public Patcher(Backend backend, long batchBytes) {
    this.backend = Objects.requireNonNull(backend, "backend");
    this.batchBytes = batchBytes;
  }

  /**
   * Applies the patches in order, in one batch.
   *
   * @param patches at most as many as fit in a batch; a later patch of a record sees the result of
   *     the earlier ones
   * @return the stored records in the order of the patches, without records that are not live
   * @throws LimitExceededException if the patched payloads do not fit in a batch; nothing was
   *     applied
   * @throws InvalidArgumentException if a put would reject the key of a patch, even though no such
   *     record can be live; nothing was applied
   * @throws ConditionFailedException if other writes came in between a hundred times in a row;
   *     nothing was applied
   * @throws UnavailableException if earlier patches of the same records take over ten seconds;
   *     nothing was applied
   */
  public PutResult patch(List<Patch> patches) {
    List<Patch> copy = List.copyOf(patches);
    if (copy.isEmpty()) {
      return new PutResult(backend.versions().serverVersion(), List.of());
    }
    Turns.Turn turn = turns.take(copy);
    try {
      return Retry.untilUncontended(() -> attempt(copy));
    } finally {
      turn.end();
    }
  }

  private PutResult attempt(List<Patch> patches) {
    Draft draft = new Draft(backend, batchBytes);
    patches.forEach(draft::apply);
    PutResult result = backend.put(draft.batch());
    return new PutResult(result.serverVersion(), draft.changed(result.records()));
  }
}
