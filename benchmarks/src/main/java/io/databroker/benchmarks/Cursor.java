package io.databroker.benchmarks;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** Place of a thread in the order of probes. */
@State(Scope.Thread)
public class Cursor {
  private int size;
  private int place;

  @Setup(Level.Trial)
  public void start(Turns turns, ThreadParams threads) {
    size = turns.records;
    place = (int) ((long) size * threads.getThreadIndex() / threads.getThreadCount());
  }

  /** Returns the next place, starting over after the last. */
  int next() {
    return advance(1);
  }

  int advance(int step) {
    int now = place;
    place = now + step < size ? now + step : 0;
    return now;
  }
}
