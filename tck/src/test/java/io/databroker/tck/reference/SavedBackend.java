package io.databroker.tck.reference;

import io.databroker.api.BackendContext;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.Lease;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A reference backend that saves its store before a call returns and before other threads see the
 * change.
 */
public class SavedBackend extends ReferenceBackend {
  private final SavedProvider.Place place;

  public SavedBackend(SavedProvider.Place place, BackendContext context) {
    super(place.store, context);
    this.place = place;
  }

  /** Saves the store after a call of that name; the lock is held. */
  protected void save(String call) {
    place.save(store);
  }

  private <T extends @Nullable Object> T saving(String call, Supplier<T> body) {
    return store.locked(
        () -> {
          T answer = body.get();
          save(call);
          return answer;
        });
  }

  @Override
  public PutResult put(List<Write> batch) {
    return saving("put", () -> super.put(batch));
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    return saving("restore", () -> super.restore(batch));
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    saving(
        "setOptions",
        () -> {
          super.setOptions(type, options);
          return true;
        });
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    return saving("acquireLease", () -> super.acquireLease(name, duration));
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    return saving("renewLease", () -> super.renewLease(name, token, duration));
  }

  @Override
  public boolean releaseLease(String name, long token) {
    return saving("releaseLease", () -> super.releaseLease(name, token));
  }

  @Override
  public long expire() {
    return saving("expire", super::expire);
  }

  @Override
  public long trim(Instant before) {
    return saving("trim", () -> super.trim(before));
  }

  @Override
  public ClearResult clear() {
    return saving("clear", super::clear);
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    saving(
        "setCheckpoint",
        () -> {
          super.setCheckpoint(checkpoint);
          return true;
        });
  }

  @Override
  public void close() {
    store.locked(
        () -> {
          boolean first = !closed;
          super.close();
          if (first) {
            place.close();
          }
        });
  }
}
