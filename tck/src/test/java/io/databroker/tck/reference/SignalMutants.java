package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.feed;

import io.databroker.api.BackendContext;
import io.databroker.api.Position;
import io.databroker.tck.reference.SignallingBackend.By;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Backends that do not leave their signals to the notifier. */
final class SignalMutants {
  private SignalMutants() {}

  static List<Mutant> all() {
    return List.of(
        feed(
            "FEED-18",
            "notifier-trusted",
            "a put fails if the notifier rejects a signal",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void signal() {
                    Runnable due = signal;
                    if (due != null) {
                      signal = null;
                      waiting = false;
                      backend.context.notifier().execute(due);
                    }
                  }
                }),
        inline("put-runs-the-signals", "a put runs the signals itself", By.PUT),
        inline("restore-runs-the-signals", "a restore runs the signals itself", By.RESTORE),
        inline(
            "options-run-the-signals",
            "a change of options that evicts runs the signals itself",
            By.SET_OPTIONS),
        inline("expire-runs-the-signals", "an expiry runs the signals itself", By.EXPIRE),
        inline("trim-runs-the-signals", "a trim runs the signals itself", By.TRIM),
        inline("clear-runs-the-signals", "a clear runs the signals itself", By.CLEAR),
        inline(
            "close-runs-the-signals", "a close of the backend runs the signals itself", By.CLOSE),
        inline(
            "feed-close-runs-its-signal",
            "a close of a feed runs its signal itself",
            By.CLOSE_OF_THE_FEED),
        inline(
            "on-ready-runs-the-signal",
            "onReady runs the signal itself if the feed has something to deliver",
            By.ON_READY));
  }

  private static Mutant inline(String name, String defect, By by) {
    return Mutant.backend(
        "FEED-18", name, defect, (store, context) -> new Inline(store, context, by));
  }

  /** Runs signals on the thread of the caller in one kind of call. */
  private static final class Inline extends SignallingBackend {
    private final By by;

    /** True while a call of that kind runs; guarded by the store's monitor. */
    private boolean inside;

    Inline(Store store, BackendContext context, By by) {
      super(store, context);
      this.by = by;
    }

    @Override
    <T extends @Nullable Object> T in(By call, Supplier<T> work) {
      return store.locked(
          () -> {
            inside = call == by;
            try {
              return work.get();
            } finally {
              inside = false;
            }
          });
    }

    @Override
    protected ReferenceFeed feed(Position from, @Nullable String type) {
      return new Feed(from, type) {
        @Override
        protected void signal() {
          Runnable due = signal;
          if (due == null || !inside) {
            super.signal();
            return;
          }
          signal = null;
          waiting = false;
          try {
            due.run();
          } catch (RuntimeException ignored) {
            return; // it harms no call
          }
        }
      };
    }
  }
}
