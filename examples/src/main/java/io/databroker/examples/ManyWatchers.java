package io.databroker.examples;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.Write;
import io.databroker.host.Databroker;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Runs a thousand watchers that hold no thread while they wait. */
final class ManyWatchers {
  private static final int WATCHERS = 1_000;

  private final ChangeFeed feed;
  private final CountDownLatch told;

  private ManyWatchers(ChangeFeed feed, CountDownLatch told) {
    this.feed = feed;
    this.told = told;
  }

  /** Reads all changes, then asks for a signal when there are more. */
  private void watch() {
    try {
      for (Changes changes = feed.poll(); changes != null; changes = feed.poll()) {
        changes.records().forEach(car -> told.countDown());
      }
      feed.onReady(this::watch);
    } catch (ClosedException e) {
      feed.close(); // the host was closed
    }
  }

  public static void main(String[] args) throws InterruptedException {
    try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
      Backend backend = broker.backend();
      CountDownLatch told = new CountDownLatch(WATCHERS);
      int threads = Thread.activeCount();
      for (int i = 0; i < WATCHERS; i++) {
        new ManyWatchers(backend.changes(backend.versions().end(), "car"), told).watch();
      }
      System.out.println("a thread each: " + (Thread.activeCount() - threads >= WATCHERS));
      backend.put(List.of(Write.put("car", "7", Bytes.utf8("blue"))));
      told.await();
      System.out.println("notified: " + WATCHERS);
    }
  }
}
