package io.databroker.tck.reference;

import io.databroker.api.BackendContext;
import io.databroker.api.ClearResult;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Backend that does something around each call that may make a signal due. */
abstract class SignallingBackend extends ReferenceBackend {

  /** Kind of such a call. */
  enum By {
    PUT,
    RESTORE,
    SET_OPTIONS,
    EXPIRE,
    TRIM,
    CLEAR,
    CLOSE,
    CLOSE_OF_THE_FEED,
    ON_READY
  }

  SignallingBackend(Store store, BackendContext context) {
    super(store, context);
  }

  /** Makes a call of that kind. */
  abstract <T extends @Nullable Object> T in(By call, Supplier<T> work);

  private void in(By call, Runnable work) {
    in(
        call,
        () -> {
          work.run();
          return true;
        });
  }

  @Override
  public PutResult put(List<Write> batch) {
    return in(By.PUT, () -> super.put(batch));
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    return in(By.RESTORE, () -> super.restore(batch));
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    in(By.SET_OPTIONS, () -> super.setOptions(type, options));
  }

  @Override
  public long expire() {
    return in(By.EXPIRE, super::expire);
  }

  @Override
  public long trim(Instant before) {
    return in(By.TRIM, () -> super.trim(before));
  }

  @Override
  public ClearResult clear() {
    return in(By.CLEAR, super::clear);
  }

  @Override
  public void close() {
    in(By.CLOSE, super::close);
  }

  @Override
  protected ReferenceFeed feed(Position from, @Nullable String type) {
    return new Feed(from, type);
  }

  /** Feed of this backend. */
  class Feed extends ReferenceFeed {
    Feed(Position from, @Nullable String type) {
      super(SignallingBackend.this, from, type);
    }

    @Override
    public void onReady(Runnable signal) {
      in(By.ON_READY, () -> super.onReady(signal));
    }

    @Override
    public void close() {
      in(By.CLOSE_OF_THE_FEED, () -> super.close());
    }
  }
}
