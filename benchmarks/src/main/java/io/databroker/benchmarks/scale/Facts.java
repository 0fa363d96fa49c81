package io.databroker.benchmarks.scale;

import io.databroker.benchmarks.Footprint;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Figures of one step, printed as lines of a name, a tab and a value. */
final class Facts {
  private Facts() {}

  static void tell(String name, double value, String unit) {
    String line = Math.abs(value) < 10 ? "%s\t%.2f %s%n" : "%s\t%,.0f %s%n";
    System.out.printf(Locale.ROOT, line, name, value, unit);
  }

  static void tellSeconds(String name, long startNanos) {
    tell(name, (System.nanoTime() - startNanos) / 1e9, "s");
  }

  /** Prints the median and the 99th percentile of times in nanoseconds. */
  static void tellTimes(String name, long[] nanos) {
    Arrays.sort(nanos);
    tell(name + ", median", nanos[nanos.length / 2] / 1e3, "us");
    tell(name + ", 99th percentile", nanos[nanos.length / 100 * 99] / 1e3, "us");
  }

  /** Prints the memory of this process, whose heap was committed and touched at the start. */
  static void tellMemory(String when) throws IOException {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    tell("heap, " + when, heap.getUsed() / 1e6, "MB");
    double beside = Footprint.processMemory() - heap.getCommitted();
    tell("private memory outside the heap, " + when, beside / 1e6, "MB");
  }

  static void tellDisk(String when, Path store) throws IOException, InterruptedException {
    tell("disk, " + when, Footprint.onDisk(store.toString()) / 1e6, "MB");
  }
}
