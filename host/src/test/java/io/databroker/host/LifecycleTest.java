package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Guice;
import com.google.inject.Inject;
import com.google.inject.name.Named;
import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ClosedException;
import io.databroker.api.SteadyClock;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** The host with a real backend and its own threads. */
class LifecycleTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  static final class Application {
    @Inject Backend live;
    @Inject LeaseKeeper leases;

    @Inject
    @Named("archive")
    Backend archive;

    @Inject
    @Named("archive")
    LeaseKeeper archiveLeases;
  }

  @Test
  void aKeptLeaseEndsInTimeAlthoughTheSystemClockSteppedBack() {
    Logger steps = Logger.getLogger(SteadyClock.class.getName());
    steps.setLevel(Level.OFF);
    AtomicReference<Instant> wall = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    AtomicLong nanos = new AtomicLong();
    BackendContext stepping =
        BackendContext.standard().withClock(SteadyClock.of(wall::get, nanos::get));
    try (Databroker broker = Databroker.builder().context(stepping).backend("inmemory").open()) {
      KeptLease lease =
          broker.opened().leases().tryAcquire("leader", Duration.ofHours(8)).orElseThrow();
      wall.updateAndGet(was -> was.minus(Duration.ofDays(1)));
      assertThat(lease.isHeld()).isTrue();
      nanos.addAndGet(Duration.ofHours(6).toNanos());
      wall.updateAndGet(was -> was.plus(Duration.ofHours(6)));
      assertThat(lease.isHeld()).isFalse();
    } finally {
      steps.setLevel(null);
    }
  }

  @Test
  void severalBackendsInOneInjectorAreStoresOfTheirOwn() {
    BackendConfig bounded =
        BackendConfig.of("inmemory").withOptions("car", TypeOptions.NONE.withCapacity(1));
    try (Databroker broker =
        Databroker.builder().backend("inmemory").backend("archive", bounded).open()) {
      Application application =
          Guice.createInjector(DatabrokerModule.of(broker)).getInstance(Application.class);
      for (String id : List.of("1", "2")) {
        List<Write> batch = List.of(Write.put("car", id, Bytes.EMPTY));
        application.live.put(batch);
        application.archive.put(batch);
      }
      assertThat(application.live.get("car", "1")).isNotNull();
      assertThat(application.archive.get("car", "1")).as("over its capacity").isNull();
      assertThat(application.archive.get("car", "2")).isNotNull();
      assertThat(application.leases.tryAcquire("leader", MINUTE)).isPresent();
      assertThat(application.archiveLeases.tryAcquire("leader", MINUTE)).isPresent();
      assertThat(application.leases.tryAcquire("leader", MINUTE)).isEmpty();
    }
  }

  @Test
  void closingTellsHoldersWhileTheBackendIsStillOpen() {
    AtomicReference<Object> seen = new AtomicReference<>();
    Databroker broker = Databroker.builder().backend("inmemory").open();
    Backend backend = broker.backend();
    KeptLease lease = broker.opened().leases().tryAcquire("leader", MINUTE).orElseThrow();
    lease.onLost(() -> seen.set(backend.listTypes()));
    CompletableFuture<KeptLease> waiter = broker.opened().leases().acquire("leader", MINUTE);
    broker.close();
    broker.close();
    assertThat(seen).hasValue(List.of());
    assertThat(lease.isHeld()).isFalse();
    assertThat(waiter).isCompletedExceptionally();
    assertThatThrownBy(backend::listTypes).isInstanceOf(ClosedException.class);
  }

  @Test
  void noThreadOutlivesTheHost() throws InterruptedException {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Databroker broker =
        Databroker.builder()
            .backend(BackendConfig.of("inmemory").withOptions("car", TypeOptions.NONE))
            .housekeepEvery(Duration.ofMillis(1))
            .open();
    broker.opened().leases().acquire("leader", MINUTE).join();
    Set<Thread> own = new HashSet<>(Thread.getAllStackTraces().keySet());
    own.removeAll(before);
    own.removeIf(it -> !it.getName().startsWith("databroker-"));
    assertThat(own).isNotEmpty();
    broker.close();
    for (Thread thread : own) {
      thread.join(10_000);
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
  }

  @Test
  void aHolderMayCloseTheHost() throws Exception {
    Databroker broker = Databroker.builder().backend("inmemory").open();
    broker
        .opened()
        .leases()
        .acquire("leader", MINUTE)
        .thenAccept(lease -> broker.close())
        .get(60, TimeUnit.SECONDS);
    assertThatThrownBy(() -> broker.backend().listTypes()).isInstanceOf(ClosedException.class);
  }
}
