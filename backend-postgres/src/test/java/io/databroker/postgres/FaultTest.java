package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Hosts in two JVMs under faults: killed hosts, sessions and servers, frozen servers, failing
 * networks, promoted standbys. {@code -Ddatabroker.postgres.faults=200} runs 200 faults, {@code
 * -Ddatabroker.postgres.seed} chooses other ones, and {@code -Ddatabroker.postgres.fault} runs one
 * kind alone.
 */
class FaultTest {
  private static final int FAULTS = Integer.getInteger("databroker.postgres.faults", 8);
  private static final long SEED = Long.getLong("databroker.postgres.seed", 1);
  private static final @Nullable String ALONE = System.getProperty("databroker.postgres.fault");

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Map<Fault, long[]> figures = new EnumMap<>(Fault.class);
  private long lastToken;
  private int inconclusive;

  @Test
  void hostsLoseAndInventNothingUnderFaults() throws Exception {
    List<FaultHost> hosts = new ArrayList<>();
    try (FaultCluster cluster = new FaultCluster()) {
      try {
        hosts.add(new FaultHost(cluster.url(), "faults"));
        hosts.add(new FaultHost(cluster.url(), "faults"));
        List<Fault> faults = faults();
        for (int i = 0; i < faults.size(); i++) {
          run(i, faults.get(i), cluster, hosts);
        }
      } finally {
        hosts.forEach(FaultHost::close);
        report();
      }
      hosts.forEach(host -> assertThat(host.late()).isEmpty());
      assertThat(inconclusive).as("rounds without a verdict").isLessThanOrEqualTo(FAULTS / 20);
    }
  }

  private static List<Fault> faults() {
    if (ALONE != null) {
      return Collections.nCopies(FAULTS, Fault.valueOf(ALONE));
    }
    List<Fault> faults = new ArrayList<>();
    while (faults.size() < FAULTS) {
      List<Fault> all = new ArrayList<>(List.of(Fault.values()));
      Collections.shuffle(all, new Random(SEED + faults.size()));
      faults.addAll(all);
    }
    return faults.subList(0, FAULTS);
  }

  private void run(int number, Fault fault, FaultCluster cluster, List<FaultHost> hosts)
      throws Exception {
    if (fault.needsStandby()) {
      cluster.ensureStandby(fault == Fault.PROMOTE_SYNCHRONOUS);
    }
    List<Backend> handles = hosts.stream().map(FaultHost::handle).toList();
    String name = number + "-" + fault.name().toLowerCase(Locale.ROOT);
    if (fault == Fault.PROMOTE_ASYNCHRONOUS) {
      FaultRound losing = new FaultRound(name, handles, random.split(), false);
      String problem =
          losing.runLosing(
              () -> {
                cluster.cutReplication();
                FaultCluster.pause(java.time.Duration.ofMillis(random.nextInt(500)));
                cluster.killPrimary();
              },
              cluster::promoteStandby);
      judge(name, fault, losing, problem, handles);
      FaultRound after = new FaultRound(name + "-after", handles, random.split(), false);
      judge(name, fault, after, after.run(() -> {}, cluster::awaitQuiet), handles);
    } else {
      FaultRound round = new FaultRound(name, handles, random.split(), number % 3 == 1);
      Verdict verdict =
          round.run(() -> fault.run(cluster, hosts, random.split()), cluster::awaitQuiet);
      judge(name, fault, round, verdict, handles);
      if (fault == Fault.TERMINATE_SESSIONS) {
        assertThat(round.unknown())
            .as("unknown outcomes, although the server could report them")
            .isZero();
      }
    }
    FaultRound.onceBack(() -> handles.get(0).trim(Instant.now()));
  }

  private void judge(
      String name, Fault fault, FaultRound round, Verdict verdict, List<Backend> handles)
      throws IOException {
    if (verdict instanceof Verdict.Inconclusive) {
      inconclusive++;
    }
    String problem = verdict instanceof Verdict.Violated violated ? violated.reason() : null;
    judge(name, fault, round, problem, handles);
  }

  private void judge(
      String name, Fault fault, FaultRound round, @Nullable String wrong, List<Backend> handles)
      throws IOException {
    String problem = wrong;
    if (problem == null && fault != Fault.PROMOTE_ASYNCHRONOUS) {
      problem = round.leases().problem(handles.get(0), round.mayClear(), lastToken);
    }
    lastToken = Math.max(lastToken, round.leases().lastToken());
    long[] seen = figures.computeIfAbsent(fault, none -> new long[5]);
    seen[0]++;
    seen[1] += round.history().operations().size();
    seen[2] += round.history().overlaps();
    seen[3] += round.unknown();
    seen[4] += round.leases().size();
    if (problem != null) {
      Path file = Files.createDirectories(Path.of("target", "faults")).resolve(name + ".history");
      HistoryFile.write(file, round.history());
      throw new AssertionError(
          "seed " + SEED + ", round " + name + ": " + problem + ", see " + file);
    }
  }

  private void report() {
    StringBuilder text = new StringBuilder();
    figures.forEach(
        (fault, seen) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "%s: %d rounds, %d calls, %d overlapping another client's write, %d "
                        + "unknown, %d of leases%n",
                    fault,
                    seen[0],
                    seen[1],
                    seen[2],
                    seen[3],
                    seen[4])));
    System.out.printf(Locale.ROOT, "faults with seed %d:%n%s", SEED, text);
  }
}
