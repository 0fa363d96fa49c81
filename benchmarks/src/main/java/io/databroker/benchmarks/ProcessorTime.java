package io.databroker.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Measures the processor time of the whole JVM per operation, including the garbage collector.
 * Other load on the machine affects it less than wall-clock time.
 */
public final class ProcessorTime implements InternalProfiler {
  static final String LABEL = "cpu";

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static volatile long before;

  /** Starts the measurement, after the preparation of a turn. */
  static void begin() {
    before = SYSTEM.getProcessCpuTime();
  }

  /**
   * Waits until this JVM is idle, for at most half a minute, so that background work of one side
   * (such as compaction) does not fall into the turn of another.
   */
  static void awaitQuiet() throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      long start = SYSTEM.getProcessCpuTime();
      Thread.sleep(100);
      // Two ticks of the processor clock.
      if (SYSTEM.getProcessCpuTime() - start <= 20_000_000) {
        return;
      }
    }
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    begin();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double used = SYSTEM.getProcessCpuTime() - before;
    long operations = result.getMetadata().getAllOps();
    return List.of(new ScalarResult(LABEL, used / operations, "ns/op", AggregationPolicy.AVG));
  }

  @Override
  public String getDescription() {
    return "processor time by operation";
  }
}
