package io.databroker.postgres;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Fault during which hosts continue to work, and after which their history must be correct. */
enum Fault {
  KILL_HOST,
  TERMINATE_SESSIONS,
  KILL_SERVER,
  STOP_SERVER,
  CUT_NETWORK,
  SWALLOW_NETWORK,
  PROMOTE_SYNCHRONOUS,
  PROMOTE_ASYNCHRONOUS;

  /** Returns whether the fault needs a standby. */
  boolean needsStandby() {
    return this == PROMOTE_SYNCHRONOUS || this == PROMOTE_ASYNCHRONOUS;
  }

  /** Causes the fault and ends it. */
  void run(FaultCluster cluster, List<FaultHost> hosts, SplittableRandom random) throws Exception {
    Duration beyondTimeout = FaultHost.TIMEOUT.plusMillis(random.nextInt(500, 1_500));
    Duration brief = Duration.ofMillis(random.nextInt(5, 2_000));
    switch (this) {
      case KILL_HOST -> {
        FaultHost host = hosts.get(random.nextInt(hosts.size()));
        host.kill();
        host.start();
      }
      case TERMINATE_SESSIONS -> {
        for (int i = random.nextInt(3, 12); i > 0; i--) {
          cluster.terminate(random.nextBoolean() ? "state <> 'idle'" : "pid % 3 = " + i % 3);
          FaultCluster.pause(Duration.ofMillis(random.nextInt(1, 60)));
        }
      }
      case KILL_SERVER -> cluster.restartPrimary();
      case STOP_SERVER -> cluster.stopPrimary(random.nextInt(3) == 0 ? brief : beyondTimeout);
      case CUT_NETWORK -> cluster.cutNetwork(brief);
      case SWALLOW_NETWORK -> cluster.swallow(random.nextInt(3) == 0 ? brief : beyondTimeout);
      case PROMOTE_SYNCHRONOUS -> {
        cluster.killPrimary();
        cluster.promoteStandby();
      }
      case PROMOTE_ASYNCHRONOUS ->
          throw new IllegalStateException("this fault ends the history: run it between two rounds");
    }
  }
}
