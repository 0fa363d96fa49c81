package io.databroker.examples;

import io.databroker.host.Databroker;
import io.databroker.host.KeptLease;
import io.databroker.host.LeaseKeeper;
import java.time.Duration;

/** Elects one of many processes by a lease. */
final class Leader {
  private Leader() {}

  public static void main(String[] args) {
    Duration duration = Duration.ofSeconds(30); // how long others wait if this process dies
    try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
      LeaseKeeper leases = broker.opened().leases();

      // The keeper renews the lease. It reports a loss while a quarter of the duration is left.
      try (KeptLease lease = leases.acquire("billing", duration).join()) {
        lease.onLost(() -> System.out.println("lost: stop at once"));
        System.out.println("leading with token " + lease.token());
        System.out.println(
            "free for another: " + leases.tryAcquire("billing", duration).isPresent());
        if (lease.isHeld()) { // check before each step, and pass the token on
          System.out.println("one step of work");
        }
      }

      KeptLease next = leases.acquire("billing", duration).join();
      System.out.println("the next one leads with token " + next.token());
      next.onLost(() -> System.out.println("notified before the host closes"));
    }
  }
}
