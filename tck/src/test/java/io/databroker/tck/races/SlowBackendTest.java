package io.databroker.tck.races;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.tck.engine.Again;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.Subject;
import io.databroker.tck.engine.Tuning;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.history.Call;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceFeed;
import io.databroker.tck.reference.ReferenceProvider;
import io.databroker.tck.reference.Store;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Workloads on a backend whose calls take long, but return. */
class SlowBackendTest {
  /** Shorter than the calls of a client take together, and much longer than each of them. */
  private static final Duration PATIENCE = Duration.ofMillis(600);

  private static final Duration CALL = Duration.ofMillis(20);

  private static Bench bench(BackendProvider provider) throws Throwable {
    Tuning tuning =
        new Tuning(
            1,
            Duration.ofMillis(1),
            0,
            PATIENCE,
            Duration.ofSeconds(10),
            Optional.empty(),
            new Again(List.of("LEASE-1"), "SlowBackendTest", Optional.empty()));
    Subject subject = () -> provider;
    return Bench.of(subject, tuning, (what, value) -> {});
  }

  /** Opens correct backends that are slow. */
  private static BackendProvider slow() {
    return new ReferenceProvider() {
      @Override
      protected Backend backend(Store store, BackendContext context) {
        return new ForwardingBackend(new ReferenceBackend(store, context)) {
          @Override
          protected <T> T call(String method, Supplier<T> call) {
            LockSupport.parkNanos(CALL.toNanos());
            return call.get();
          }
        };
      }
    };
  }

  @Test
  void aClientMayTakeLongForItsLeases() throws Throwable {
    Bench bench = bench(slow());
    bench.run(
        "the leases",
        () -> {
          new LeaseRace(bench).run();
          return null;
        });
    bench.close();
    assertThat(bench.failureBehind()).isNull();
  }

  private static Workload puts() {
    Script client = (random, memory) -> new Call.Put(List.of(Write.put("t0", "1", Bytes.EMPTY)));
    return Workload.of("slow puts", 2, 45, client).followedBy(3, "never");
  }

  @Test
  void aFeedThatHasNothingToTellMayWaitLong() throws Throwable {
    Bench bench = bench(slow());
    bench.run(
        "the feeds",
        () -> {
          new Rounds(bench, "FEED-8").run(puts());
          return null;
        });
    bench.close();
    assertThat(bench.failureBehind()).isNull();
  }

  @Test
  void aSignalThatNeverComesIsFoundAllTheSame() throws Throwable {
    Bench bench =
        bench(
            new ReferenceProvider() {
              @Override
              protected Backend backend(Store store, BackendContext context) {
                return new ReferenceBackend(store, context) {
                  @Override
                  protected ReferenceFeed feed(
                      io.databroker.api.Position from,
                      @org.jspecify.annotations.Nullable String type) {
                    return new ReferenceFeed(this, from, type) {
                      @Override
                      protected void signal() {}
                    };
                  }
                };
              }
            });
    assertThatThrownBy(
            () ->
                bench.run(
                    "the feeds",
                    () -> {
                      new Rounds(bench, "FEED-8").run(puts());
                      return null;
                    }))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("not signalled within");
    bench.close();
  }
}
