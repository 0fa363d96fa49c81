package io.databroker.tck.engine;

import io.databroker.tck.text.Texts;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Distinguishes a call that hangs from one that gets no processor time, because other processes
 * keep the machine busy.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class Processor {
  /**
   * A process counts as waiting if it computes for less than one in this many of its nanoseconds.
   */
  private static final int IDLE = 20;

  /** A call whose process gets little processor time may take that many times as long. */
  static final int LONGER = 4;

  private Processor() {}

  /** Judgement of a call that has not returned. */
  public enum Judgement {
    /** It may still return. */
    RUNS,
    /** It has waited or computed for too long. */
    HANGS,
    /** Its process computes, but got too little processor time for a verdict. */
    STARVES
  }

  /** Returns the processor time of this process in nanoseconds; 0 if it is not known. */
  public static long nanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean counting
        ? Math.max(0, counting.getProcessCpuTime())
        : 0;
  }

  /**
   * Judges a call that has not returned.
   *
   * @param ran how long it has run, in nanoseconds of running time
   * @param computed the processor time of its process since it began
   * @param bound how long it may run on a machine that has a processor for it
   */
  public static Judgement judge(long ran, long computed, long bound) {
    if (ran <= bound) {
      return Judgement.RUNS;
    }
    if (computed >= bound || computed < ran / IDLE) {
      return Judgement.HANGS;
    }
    return ran > bound * LONGER ? Judgement.STARVES : Judgement.RUNS;
  }

  /** Says how long a call ran, and how much processor time its process got. */
  public static String words(String call, long ran, long computed) {
    return Texts.format(
        "%s did not return within %d seconds, in which its process got %d seconds of a processor",
        call, TimeUnit.NANOSECONDS.toSeconds(ran), TimeUnit.NANOSECONDS.toSeconds(computed));
  }
}
