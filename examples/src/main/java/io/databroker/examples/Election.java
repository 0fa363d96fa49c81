package io.databroker.examples;

import io.databroker.host.Databroker;
import io.databroker.host.KeptLease;
import io.databroker.host.LeaseKeeper;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** One of several does the work; another takes over when it is gone. */
final class Election {
  private static final Duration DURATION = Duration.ofSeconds(10);

  private Election() {}

  public static void main(String[] args) {
    try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
      LeaseKeeper leases = broker.opened().leases();
      KeptLease first = leases.acquire("nightly-report", DURATION).join();
      first.onLost(() -> System.out.println("stop at once: another may take over soon"));
      System.out.println("the first works: " + first.isHeld());
      System.out.println("another may try: " + leases.tryAcquire("nightly-report", DURATION));

      CompletableFuture<KeptLease> waiting = leases.acquire("nightly-report", DURATION);
      first.close(); // done: the next one need not wait for the lease's end
      try (KeptLease second = waiting.join()) {
        // Storage that remembers the highest token it saw refuses those who have not noticed.
        System.out.println("the second works, fenced: " + (second.token() > first.token()));
      }
    }
  }
}
