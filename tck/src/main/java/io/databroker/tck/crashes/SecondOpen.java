package io.databroker.tck.crashes;

import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.ChildProvider;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Opens a store of this process in another process. */
public final class SecondOpen {
  private SecondOpen() {}

  /**
   * Result of a child JVM that opened and read the first place of the bench.
   *
   * @param failure why the child could not open it, as a stack trace; empty if it could
   * @param serverVersion the server version that the child read; 0 if it read none
   */
  public record Seen(String failure, long serverVersion) {}

  /** Runs the child to its end. */
  public static Seen run(Bench bench, ChildProvider provider)
      throws IOException, InterruptedException {
    Order order =
        new Order(provider, List.of(bench.settingTexts(0)), Moment.NEVER, 1, 0, 0, 0, Map.of());
    Life life = new Life(new Leases());
    CrashProcess.run(order, (process, reports) -> life.readAll(reports));
    String failure = life.failure();
    return failure != null
        ? new Seen(failure, 0)
        : life.isReady()
            ? new Seen("", life.serverVersion())
            : new Seen("the process ended before it had read the store", 0);
  }
}
