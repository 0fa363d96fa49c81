package io.databroker.benchmarks;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Measures the time from a write to the last waiting watcher; all watchers run on one thread. The
 * peer gives an executor one task per watcher, over a shared array.
 */
public class DeliveryBenchmark {

  @Benchmark
  public long deliver(Watched watched) {
    long due = watched.source.write() * watched.watchers;
    AtomicLong delivered = watched.source.delivered;
    while (delivered.get() < due) {
      Thread.onSpinWait();
    }
    return due;
  }

  /** Ours and its peer. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // by JMH
  public static class Watched {
    @Param({"100"})
    int watchers;

    Source source;
    private final List<Source> sources = new ArrayList<>();
    private final ExecutorService notifier =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "notifier");
              thread.setDaemon(true);
              return thread;
            });
    private int turn;

    @Setup(Level.Trial)
    public void open() {
      sources.add(new BrokerSource(watchers, notifier));
      sources.add(new TaskSource(watchers, notifier));
      source = sources.get(0);
    }

    @Setup(Level.Iteration)
    public void next() {
      source.forgetChanges();
      source = sources.get(turn++ % sources.size());
    }

    @TearDown(Level.Trial)
    public void close() {
      notifier.shutdown();
    }
  }

  /** Delivers writes to watchers. */
  abstract static class Source {
    final AtomicLong delivered = new AtomicLong();
    final byte[] payload = Workload.payload(1);
    long touched;

    /** Number of writes so far. */
    abstract long write();

    abstract void forgetChanges();
  }

  private static final class BrokerSource extends Source {
    private final Backend backend;
    private long writes;

    BrokerSource(int watchers, ExecutorService notifier) {
      backend = Stores.broker(Stores.IN_MEMORY, BackendContext.standard().withNotifier(notifier));
      Versions versions = backend.versions();
      for (int i = 0; i < watchers; i++) {
        ChangeFeed feed =
            backend.changes(new Position(versions.serverVersion(), versions.latest()), null);
        feed.onReady(new Watcher(feed));
      }
    }

    @Override
    long write() {
      backend.put(
          BrokerStore.writes(
              new Workload.Batch(new String[] {"type"}, new String[] {"id"}, 0, 1, payload)));
      return ++writes;
    }

    @Override
    void forgetChanges() {
      backend.trim(Instant.now().plusSeconds(1));
    }

    private final class Watcher implements Runnable {
      private final ChangeFeed feed;

      Watcher(ChangeFeed feed) {
        this.feed = feed;
      }

      @Override
      public void run() {
        long count = 0;
        Changes changes;
        while ((changes = feed.poll()) != null) {
          for (StoredRecord record : changes.records()) {
            touched += BrokerStore.touch(record);
            count++;
          }
        }
        feed.onReady(this);
        delivered.lazySet(delivered.get() + count);
      }
    }
  }

  private static final class TaskSource extends Source {
    private final ExecutorService executor;
    private final List<Task> watchers = new ArrayList<>();
    private final MapsStore.Row[] log = new MapsStore.Row[1 << 16];
    private volatile long writes;

    TaskSource(int watchers, ExecutorService executor) {
      this.executor = executor;
      for (int i = 0; i < watchers; i++) {
        this.watchers.add(new Task());
      }
    }

    @Override
    long write() {
      long version = writes + 1;
      log[(int) version & (log.length - 1)] =
          new MapsStore.Row("type", "id", version, payload.clone());
      writes = version;
      for (Task watcher : watchers) {
        executor.execute(watcher);
      }
      return version;
    }

    @Override
    void forgetChanges() {}

    private final class Task implements Runnable {
      private long position;

      @Override
      public void run() {
        long end = writes;
        long count = end - position;
        while (position < end) {
          touched += Store.touch(log[(int) ++position & (log.length - 1)].payload());
        }
        delivered.lazySet(delivered.get() + count);
      }
    }
  }
}
