package io.databroker.tck.crashes;

import io.databroker.tck.child.Lines;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.Processor;
import io.databroker.tck.engine.RunningTime;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The reports of a child, which may be silent for long if other processes keep the machine busy.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class Reports {
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);
  private static final int LOOK_MILLIS = 1_000;

  private final Process process;
  private final Lines lines;

  Reports(Process process, Socket socket) throws IOException {
    this.process = process;
    this.lines = new Lines(socket.getInputStream());
    socket.setSoTimeout(LOOK_MILLIS);
  }

  /**
   * Returns the next report, or null after the last.
   *
   * @throws SocketTimeoutException if the child hangs
   * @throws InconclusiveException if the child is silent and gets too little processor time for a
   *     verdict
   */
  @Nullable String next() throws IOException {
    long start = RunningTime.nanos();
    long before = computed();
    while (true) {
      try {
        return lines.next();
      } catch (SocketTimeoutException silent) {
        long ran = RunningTime.nanos() - start;
        long computed = computed() - before;
        switch (Processor.judge(ran, computed, LONGEST_SILENCE.toNanos())) {
          case RUNS -> {
            continue;
          }
          case HANGS -> throw silent;
          case STARVES ->
              throw new InconclusiveException(
                  Processor.words("a child JVM", ran, computed),
                  "run it again on a machine that is less busy");
        }
      }
    }
  }

  private long computed() {
    return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }
}
