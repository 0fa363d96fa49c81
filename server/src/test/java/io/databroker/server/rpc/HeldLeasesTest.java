package io.databroker.server.rpc;

import static io.databroker.server.rpc.Failures.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.net.Network;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeldLeasesTest {
  private static final Network A = Network.of(new InetSocketAddress("10.0.0.1", 1));
  private static final Network B = Network.of(new InetSocketAddress("10.0.0.2", 1));
  private static final Network C = Network.of(new InetSocketAddress("10.0.0.3", 1));

  private long now;
  private final HeldLeases held = new HeldLeases(4, () -> now);

  private void acquire(Network client, long token, int seconds) {
    held.begin(client);
    held.acquired("lease", client, token, Duration.ofSeconds(seconds));
  }

  private String refused(Network client) {
    return failure(() -> held.begin(client)).getStatus().getDescription();
  }

  @Test
  void aNetworkHoldsAtMostHalf() {
    acquire(A, 1, 10);
    acquire(A, 2, 20);
    assertThat(refused(A)).contains("at most 2 leases of one address");
    acquire(B, 3, 10);
    acquire(C, 4, 10);
    assertThat(refused(B)).contains("at most 4 leases;");
  }

  @Test
  void aPlaceIsFreeAfterAReleaseAnEndAndAFailure() {
    acquire(A, 1, 10);
    acquire(A, 2, 20);
    held.released(1);
    held.released(1);
    held.begin(A);
    assertThat(refused(A)).contains("one address");
    held.giveUp(A);
    acquire(A, 3, 10);
    now = Duration.ofSeconds(10).toNanos();
    acquire(A, 4, 20);
    assertThat(refused(A)).contains("one address");
    held.renewed(2, Duration.ofSeconds(100));
    now = Duration.ofSeconds(40).toNanos();
    acquire(A, 5, 10);
    assertThat(refused(A)).contains("one address");
    assertThat(held.list()).hasSize(2);
  }
}
