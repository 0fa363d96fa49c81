package io.databroker.tck.reference;

import io.databroker.api.BackendContext;
import io.databroker.tck.reference.SignallingBackend.By;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Backends that hand signals to the notifier while they hold a lock. */
final class SignalLockMutants {
  private SignalLockMutants() {}

  static List<Mutant> all() {
    return List.of(
        locked("signals-under-the-lock", "signals run under the lock", By.values()),
        locked(
            "writes-signal-under-the-lock",
            "the signals of writes run under the lock",
            By.PUT,
            By.RESTORE),
        locked(
            "options-signal-under-the-lock",
            "the signals of a change of options run under the lock",
            By.SET_OPTIONS),
        locked(
            "expire-signals-under-the-lock",
            "the signals of an expiry run under the lock",
            By.EXPIRE),
        locked("trim-signals-under-the-lock", "the signals of a trim run under the lock", By.TRIM),
        locked(
            "clear-signals-under-the-lock", "the signals of a clear run under the lock", By.CLEAR),
        locked(
            "close-signals-under-the-lock", "the signals of a close run under the lock", By.CLOSE),
        locked(
            "feed-signals-under-the-lock",
            "due signals that onReady or the close of a feed finds run under the lock",
            By.ON_READY,
            By.CLOSE_OF_THE_FEED),
        locked(
            "writers-wait-for-signals",
            "a put holds a lock of the writers, not of the readers, while its signals run",
            store -> new Object(),
            By.PUT),
        locked(
            "option-changes-wait-for-signals",
            "a change of options runs its signals before another change may begin",
            store -> new Object(),
            By.SET_OPTIONS));
  }

  private static Mutant locked(String name, String defect, By... calls) {
    return locked(name, defect, store -> store, calls);
  }

  private static Mutant locked(
      String name, String defect, Function<Store, Object> lock, By... calls) {
    return Mutant.backend(
        "FEED-18",
        name,
        defect,
        (store, context) -> new Locked(store, context, lock.apply(store), Set.of(calls)));
  }

  /** Holds a lock around some calls, signals included. */
  private static final class Locked extends SignallingBackend {
    private final Object lock;
    private final Set<By> calls;

    Locked(Store store, BackendContext context, Object lock, Set<By> calls) {
      super(store, context);
      this.lock = lock;
      this.calls = calls;
    }

    @Override
    <T extends @Nullable Object> T in(By call, Supplier<T> work) {
      if (!calls.contains(call)) {
        return work.get();
      }
      synchronized (lock) {
        return work.get();
      }
    }
  }
}
