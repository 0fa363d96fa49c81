package io.databroker.tck.reference;

import io.databroker.api.BackendContext;
import io.databroker.api.ClearResult;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Backends that hand signals to the notifier while they hold a lock. */
final class SignalLockMutants {
  private SignalLockMutants() {}

  private enum In {
    WRITES,
    SET_OPTIONS,
    EXPIRE,
    TRIM,
    CLEAR,
    CLOSE,
    FEED
  }

  static List<Mutant> all() {
    return List.of(
        locked("signals-under-the-lock", "signals run under the lock", EnumSet.allOf(In.class)),
        locked(
            "writes-signal-under-the-lock", "the signals of writes run under the lock", In.WRITES),
        locked(
            "options-signal-under-the-lock",
            "the signals of a change of options run under the lock",
            In.SET_OPTIONS),
        locked(
            "expire-signals-under-the-lock",
            "the signals of an expiry run under the lock",
            In.EXPIRE),
        locked("trim-signals-under-the-lock", "the signals of a trim run under the lock", In.TRIM),
        locked(
            "clear-signals-under-the-lock", "the signals of a clear run under the lock", In.CLEAR),
        locked(
            "close-signals-under-the-lock", "the signals of a close run under the lock", In.CLOSE),
        locked(
            "feed-signals-under-the-lock",
            "signals that onReady and the close of a feed find due run under the lock",
            In.FEED),
        Mutant.backend(
            "FEED-18",
            "writers-wait-for-signals",
            "a put holds a lock of the writers, not of the readers, while its signals run",
            WritersWait::new),
        Mutant.backend(
            "FEED-18",
            "option-changes-wait-for-signals",
            "a change of options runs its signals before another change may begin",
            OptionChangesWait::new));
  }

  private static Mutant locked(String name, String defect, In call) {
    return locked(name, defect, EnumSet.of(call));
  }

  private static Mutant locked(String name, String defect, Set<In> calls) {
    return Mutant.backend(
        "FEED-18", name, defect, (store, context) -> new Locked(store, context, calls));
  }

  /** Holds the lock of the store around some calls, signals included. */
  private static final class Locked extends ReferenceBackend {
    private final Set<In> calls;

    Locked(Store store, BackendContext context, Set<In> calls) {
      super(store, context);
      this.calls = calls;
    }

    private <T extends @Nullable Object> T in(In call, Supplier<T> work) {
      if (!calls.contains(call)) {
        return work.get();
      }
      synchronized (store) {
        return work.get();
      }
    }

    private void in(In call, Runnable work) {
      in(
          call,
          () -> {
            work.run();
            return true;
          });
    }

    @Override
    public PutResult put(List<Write> batch) {
      return in(In.WRITES, () -> super.put(batch));
    }

    @Override
    public PutResult restore(List<StoredRecord> batch) {
      return in(In.WRITES, () -> super.restore(batch));
    }

    @Override
    public void setOptions(String type, TypeOptions options) {
      in(In.SET_OPTIONS, () -> super.setOptions(type, options));
    }

    @Override
    public long expire() {
      return in(In.EXPIRE, super::expire);
    }

    @Override
    public long trim(Instant before) {
      return in(In.TRIM, () -> super.trim(before));
    }

    @Override
    public ClearResult clear() {
      return in(In.CLEAR, super::clear);
    }

    @Override
    public void close() {
      in(In.CLOSE, super::close);
    }

    @Override
    protected ReferenceFeed feed(Position from, @Nullable String type) {
      return new ReferenceFeed(this, from, type) {
        @Override
        public void onReady(Runnable signal) {
          in(In.FEED, () -> super.onReady(signal));
        }

        @Override
        public void close() {
          in(In.FEED, () -> super.close());
        }
      };
    }
  }

  /** Lets one writer at a time in, signals included. */
  private static final class WritersWait extends ReferenceBackend {
    private final ReentrantLock writing = new ReentrantLock();

    WritersWait(Store store, BackendContext context) {
      super(store, context);
    }

    @Override
    public PutResult put(List<Write> batch) {
      writing.lock();
      try {
        return super.put(batch);
      } finally {
        writing.unlock();
      }
    }
  }

  /** Lets one change of options at a time in, signals included. */
  private static final class OptionChangesWait extends ReferenceBackend {
    private final ReentrantLock changing = new ReentrantLock();

    OptionChangesWait(Store store, BackendContext context) {
      super(store, context);
    }

    @Override
    public void setOptions(String type, TypeOptions options) {
      changing.lock();
      try {
        super.setOptions(type, options);
      } finally {
        changing.unlock();
      }
    }
  }
}
