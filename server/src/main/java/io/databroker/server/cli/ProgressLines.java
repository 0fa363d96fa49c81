package io.databroker.server.cli;

import io.databroker.host.copy.CopyProgress;
import java.util.concurrent.TimeUnit;

/** Reports the progress of a copy on standard error, from time to time. */
final class ProgressLines implements CopyProgress {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Terminal terminal;
  private long told = System.nanoTime();
  private Step last = Step.READ;

  ProgressLines(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void at(Step step, long records) {
    boolean caughtUp = step == Step.CAUGHT_UP && last != Step.CAUGHT_UP;
    if (caughtUp || (step != Step.CAUGHT_UP && System.nanoTime() - told > INTERVAL_NANOS)) {
      told = System.nanoTime();
      last = step;
      terminal.tell(records + " " + words(step));
    }
  }

  private static String words(Step step) {
    return switch (step) {
      case READ -> "records read";
      case CHECK -> "records checked";
      case WRITE -> "records written";
      case FOLLOW -> "changes applied";
      case CAUGHT_UP -> "changes applied; caught up";
    };
  }
}
