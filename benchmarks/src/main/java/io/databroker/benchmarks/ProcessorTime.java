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
 * The processor time of the whole JVM by operation, its garbage collector included: what the others
 * on a busy machine do to the wall clock, they do not do to this.
 *
 * <p><b>Thread-safety:</b> none; used by JMH's own thread.
 */
public final class ProcessorTime implements InternalProfiler {
  static final String LABEL = "cpu";

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static volatile long before;

  /** From here on: what a turn's preparation took is not of the turn. */
  static void begin() {
    before = SYSTEM.getProcessCpuTime();
  }

  /**
   * Waits until this JVM does nothing by itself any more, or for half a minute: what a side still
   * does in the background (compaction, say) is not to fall into the turn of another.
   */
  static void awaitQuiet() throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      long start = SYSTEM.getProcessCpuTime();
      Thread.sleep(100);
      // Two ticks of the clock that counts.
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
