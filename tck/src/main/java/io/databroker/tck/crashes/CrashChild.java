package io.databroker.tck.crashes;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.CheckedBackend;
import io.databroker.api.DatabrokerException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Lease;
import io.databroker.api.Limits;
import io.databroker.api.Settings;
import io.databroker.tck.child.Link;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.engine.ProviderLoader;
import io.databroker.tck.engine.SettingTexts;
import io.databroker.tck.engine.TestClock;
import io.databroker.tck.engine.TestFields;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Recorder;
import io.databroker.tck.text.Texts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The child JVM: opens a store, reports its contents, and writes until it is killed.
 *
 * <p><b>Thread-safety:</b> none; used once.
 */
public final class CrashChild {
  private static final int CLIENTS = 3;
  private static final int CALLS = 250;

  private final Link link;
  private final Order order;
  private final Recorder recorder = new Recorder();
  private final TestClock clock = new TestClock();
  private final ExecutorService threads = Executors.newCachedThreadPool(new KitThreads("client"));

  private CrashChild(Link link, Order order) {
    this.link = link;
    this.order = order;
    // The clock of each life begins later than that of the previous life.
    clock.turn(Duration.ofMinutes(order.life()));
  }

  /**
   * Runs the order in the first line of the standard input.
   *
   * @param arguments port and token of the parent
   */
  public static void main(String[] arguments) throws IOException {
    String line =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    Link link = Link.to(Integer.parseInt(arguments[0]), arguments[1]);
    try {
      new CrashChild(link, Order.of(line)).run();
    } catch (Throwable e) { // a backend under test may throw anything
      link.tell("failed", Texts.trace(e));
    }
    Runtime.getRuntime().halt(0);
  }

  private void run() throws Exception {
    BackendProvider provider = order.provider().create();
    if (order.moment() == Moment.LAST) {
      lastCalls(provider);
    }
    Opened store = open(provider, order.stores().get(0));
    if (order.moment() != Moment.LAST && order.moment() != Moment.NEVER) {
      work(store.backend, store.capabilities.contains(Capability.TURNABLE_CLOCK));
    }
    if (order.moment() == Moment.CLOSE || order.moment() == Moment.NEVER) {
      link.tell("closing");
      store.backend.close();
      link.tell("closed");
    } else {
      waitForTheKill();
    }
  }

  private void waitForTheKill() throws InterruptedException {
    link.tell("idle");
    new CountDownLatch(1).await();
  }

  /** Makes a last call of another kind in each store, all of which stay open. */
  private void lastCalls(BackendProvider provider) throws Exception {
    List<LastCall.Kind> kinds = LastCall.kinds(order.seed());
    for (int i = 0; i < order.stores().size(); i++) {
      link.tell("store", Integer.toString(i));
      Opened store = open(provider, order.stores().get(i));
      new LastCall(
              store.backend,
              store.capabilities,
              clock,
              recorder,
              link,
              order.life(),
              call -> call(store.backend, 0, call))
          .make(kinds.get(i));
    }
    waitForTheKill();
  }

  /** An open store, whose contents were reported. */
  private record Opened(Backend backend, Set<Capability> capabilities) {}

  private Opened open(BackendProvider provider, Map<String, String> texts) throws Exception {
    Settings settings = SettingTexts.settings(provider, texts);
    Set<Capability> capabilities =
        ProviderLoader.call(provider, () -> provider.capabilities(settings));
    boolean turnable = capabilities.contains(Capability.TURNABLE_CLOCK);
    Limits limits = ProviderLoader.call(provider, () -> provider.limits(settings));
    BackendContext context =
        BackendContext.standard()
            .withClock(turnable ? clock : InstantSource.system())
            .withNotifier(threads)
            .withExtractor(TestFields.FIRST);
    link.tell("opening");
    Backend backend =
        CheckedBackend.over(
            ProviderLoader.call(provider, () -> provider.open(settings, context)), limits);
    link.tell("opened");
    new Contents(backend, recorder, link::tell)
        .report(order.serverVersion(), order.version(), order.leases());
    return new Opened(backend, capabilities);
  }

  private void work(Backend backend, boolean turnable) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(order.seed());
    if (order.life() == 0) {
      Clients.setup().forEach(call -> call(backend, -2, call));
    }
    CountDownLatch done = new CountDownLatch(CLIENTS);
    for (int i = 0; i < CLIENTS; i++) {
      int client = i;
      SplittableRandom mine = random.split();
      threads.execute(
          () -> {
            try {
              play(backend, client, mine, turnable);
            } finally {
              done.countDown();
            }
          });
    }
    threads.execute(() -> holdLeases(backend));
    threads.execute(() -> follow(backend));
    done.await();
  }

  private void play(Backend backend, int client, SplittableRandom random, boolean turnable) {
    Clients clients = new Clients(order.moment(), order.life(), client, random.split());
    int calls = order.moment() == Moment.CLOSE ? CALLS / 5 : CALLS;
    for (int i = 0; i < calls; i++) {
      if (client == 2 && random.nextInt(order.moment() == Moment.TRIM ? 10 : 60) == 0) {
        trim(backend, turnable, random.nextInt(4));
      }
      call(backend, client, clients.next());
    }
  }

  private void call(Backend backend, int client, Call call) {
    Operation operation =
        recorder.record(
            client,
            backend,
            call,
            began ->
                link.tell(
                    "call",
                    HistoryFile.line(
                        new Operation(
                            client, began, Operation.NEVER, call, new Answer.Unknown()))));
    link.tell("answer", HistoryFile.line(operation));
  }

  private void trim(Backend backend, boolean turnable, int millis) {
    Instant now = InstantSource.system().instant();
    if (turnable) {
      clock.turn(Duration.ofMillis(1));
      now = clock.instant();
    }
    Instant before = now.minusMillis(millis);
    link.tell("trim", before.toString());
    try {
      backend.trim(before);
    } catch (DatabrokerException e) {
      link.tell("failed", Texts.trace(e));
    }
  }

  /** Acquires and releases leases; reports each call before and after it. */
  private void holdLeases(Backend backend) {
    for (int i = 0; i < CALLS / 10; i++) {
      String name = "life " + order.life() + " lease " + i;
      link.tell("lease", "acquiring", name, "0");
      Lease lease = backend.acquireLease(name, Contents.LONG);
      long token = lease == null ? 0 : lease.token();
      link.tell("lease", "acquired", name, Long.toString(token));
      if (lease != null && i % 2 == 0) {
        link.tell("lease", "releasing", name, Long.toString(token));
        if (backend.releaseLease(name, token)) {
          link.tell("lease", "released", name, Long.toString(token));
        }
      }
    }
  }

  /** Reads the feed while the writers run, and reports its answers. */
  private void follow(Backend backend) {
    try {
      while (true) {
        try (ChangeFeed feed = backend.changes(backend.versions().end(), null)) {
          while (true) {
            Changes next = Contents.next(feed);
            if (next != null) {
              link.tell("seen", HistoryFile.line(next));
            }
          }
        } catch (HistoryReplacedException | HistoryTrimmedException again) {
          // A clear or a trim ended the feed; the next one begins at the end.
        }
      }
    } catch (DatabrokerException | InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }
}
