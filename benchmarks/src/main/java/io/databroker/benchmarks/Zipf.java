package io.databroker.benchmarks;

import java.util.Arrays;
import java.util.Random;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Draws of a thread among the probed keys, by Zipf's law: the k-th key is drawn with a probability
 * proportional to 1 / k^0.99. A few keys take most draws.
 */
@State(Scope.Thread)
public class Zipf {
  private static final double EXPONENT = 0.99;
  private static final int DRAWS = 1 << 21;

  private int[] draws = {};
  private int place;

  @Setup(Level.Trial)
  public void draw(Turns turns, ThreadParams threads) {
    draws = draws(turns.records, DRAWS, new Random(threads.getThreadIndex()));
  }

  static int[] draws(int keys, int count, Random random) {
    double[] sums = new double[keys];
    double sum = 0;
    for (int i = 0; i < keys; i++) {
      sum += Math.pow(i + 1, -EXPONENT);
      sums[i] = sum;
    }
    int[] draws = new int[count];
    for (int i = 0; i < count; i++) {
      int found = Arrays.binarySearch(sums, random.nextDouble() * sum);
      draws[i] = Math.min(keys - 1, found < 0 ? -found - 1 : found);
    }
    return draws;
  }

  /** Returns the next draw, starting over after the last. */
  int next() {
    place = place + 1 & DRAWS - 1;
    return draws[place];
  }
}
