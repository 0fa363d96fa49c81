package io.databroker.tck.reference;

import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.StorageFullException;
import io.databroker.api.StoredRecord;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Mutants that do wrong while their engine is away, or after it. */
final class FaultMutants {
  private static final long LONG_NANOS = 7_000_000_000L;

  private FaultMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.provider(
            "ERR-2",
            "unavailable-but-applied",
            "answers unavailable for writes that it has applied",
            new AwayProvider() {
              @Override
              protected Object answer(Method method, Engine engine) throws Throwable {
                if (method.getName().equals("put")) {
                  engine.call();
                }
                throw new UnavailableException("the engine is away", null);
              }
            }),
        Mutant.provider(
            "ERR-6",
            "full-for-readers-too",
            "answers reads with storage-full while its storage is full",
            new AwayProvider() {
              @Override
              protected Object answer(Method method, Engine engine) {
                throw new StorageFullException("the disk is full", null);
              }
            }),
        Mutant.provider(
            "ERR-8",
            "waits-for-its-engine",
            "waits longer than the call timeout while its engine is away",
            new AwayProvider() {
              @Override
              protected Object answer(Method method, Engine engine) {
                LockSupport.parkNanos(LONG_NANOS);
                throw new UnavailableException("the engine is away", null);
              }
            }),
        Mutant.provider(
            "ERR-9",
            "never-comes-back",
            "does not notice that its engine is back",
            new AwayProvider() {
              @Override
              protected boolean isAway() {
                return wasAway;
              }
            }),
        Mutant.provider(
            "ERR-9", "signals-lost-by-a-fault", "signals no feed after a fault", silent()),
        Mutant.provider(
            "ERR-10", "fault-loses-writes", "loses its last writes in a fault", loser()),
        Mutant.provider(
            "STATE-2",
            "serving-while-its-engine-is-away",
            "reports that it serves while its engine is away",
            new AwayProvider() {
              @Override
              protected BackendState stateWhileAway() {
                return BackendState.SERVING;
              }
            }),
        Mutant.provider(
            "GET-3",
            "reads-another-key-in-a-fault",
            "a get returns the record of another key while its engine is away",
            confused()),
        Mutant.provider(
            "ERR-3",
            "unknown-and-half-applied",
            "of a write of unknown outcome, only the first record takes effect",
            halving()));
  }

  private static AwayProvider confused() {
    return new AwayProvider() {
      @Override
      protected Object answer(Method method, Engine engine) throws Throwable {
        return method.getName().equals("get") ? engine.call() : super.answer(method, engine);
      }

      @Override
      protected ReferenceBackend right(Store store, BackendContext context) {
        return new ReferenceBackend(store, context) {
          @Override
          public @Nullable StoredRecord get(String type, String id) {
            StoredRecord right = super.get(type, id);
            synchronized (store) {
              return away && right != null ? store.all().get(0) : right;
            }
          }
        };
      }
    };
  }

  private static AwayProvider halving() {
    return new AwayProvider() {
      @Override
      protected Object answer(Method method, Engine engine) throws Throwable {
        if (method.getName().equals("put")) {
          engine.call();
          throw new OutcomeUnknownException("the connection was lost", null);
        }
        return super.answer(method, engine);
      }

      @Override
      protected ReferenceBackend right(Store store, BackendContext context) {
        return new ReferenceBackend(store, context) {
          @Override
          public PutResult put(List<Write> batch) {
            return super.put(away ? batch.subList(0, 1) : batch);
          }
        };
      }
    };
  }

  private static AwayProvider silent() {
    return new AwayProvider() {
      @Override
      protected ReferenceBackend right(Store store, BackendContext context) {
        return new ReferenceBackend(store, context) {
          @Override
          protected ReferenceFeed feed(Position from, @Nullable String type) {
            return new ReferenceFeed(this, from, type) {
              @Override
              protected void published(List<StoredRecord> batch) {
                if (!wasAway) {
                  super.published(batch);
                }
              }
            };
          }
        };
      }
    };
  }

  private static AwayProvider loser() {
    return new AwayProvider() {
      private @Nullable Store last;

      @Override
      protected ReferenceBackend right(Store store, BackendContext context) {
        last = store;
        return super.right(store, context);
      }

      @Override
      public void inject(Path directory) {
        Store store = last;
        if (store != null) {
          synchronized (store) {
            List<StoredRecord> batch = store.log.pollLastEntry().getValue();
            store.latest = batch.get(0).version() - 1;
            for (StoredRecord change : batch) {
              if (store.live.containsKey(change.type())) {
                store.live.get(change.type()).remove(change.id());
                if (store.live.get(change.type()).isEmpty()) {
                  store.live.remove(change.type());
                }
              }
            }
          }
        }
        super.inject(directory);
      }
    };
  }
}
