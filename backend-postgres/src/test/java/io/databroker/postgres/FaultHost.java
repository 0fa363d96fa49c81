package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.DatabrokerException;
import io.databroker.api.UnavailableException;
import io.databroker.tck.DatabrokerTck;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Host in a child JVM that the test may kill and restart; records the calls that end too late. */
final class FaultHost implements AutoCloseable {
  static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(2);

  /** Time that a loaded machine may add to a call that was ended in time. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  /** Calls of several transactions, each with its own timeout. */
  private static final Set<String> OF_SEVERAL_STEPS =
      Set.of("clear", "expire", "setOptions", "trim");

  private final ExecutorService notifier =
      Executors.newSingleThreadExecutor(Threads.named("notifier"));
  private final List<String> late = new CopyOnWriteArrayList<>();
  private final String url;
  private final String schema;
  private @Nullable HostProcess process;
  private volatile @Nullable Backend current;
  private final Backend handle;

  FaultHost(String url, String schema) throws IOException {
    this.url = url;
    this.schema = schema;
    this.handle =
        (Backend)
            Proxy.newProxyInstance(
                FaultHost.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (self, method, arguments) -> {
                  Backend now = current;
                  if (now == null) {
                    throw new UnavailableException("the host is down", null);
                  }
                  long began = System.nanoTime();
                  try {
                    return method.invoke(now, arguments);
                  } catch (InvocationTargetException failure) {
                    throw failure.getCause();
                  } finally {
                    note(method.getName(), Duration.ofNanos(System.nanoTime() - began));
                  }
                });
    start();
  }

  private void note(String method, Duration took) {
    int steps = OF_SEVERAL_STEPS.contains(method) ? 2 : 1;
    if (took.compareTo(TIMEOUT.multipliedBy(steps).plus(MARGIN)) > 0) {
      late.add(String.format(Locale.ROOT, "%s took %s of %s", method, took, TIMEOUT));
    }
  }

  /** The backend of this host, in its current process. */
  Backend handle() {
    return handle;
  }

  /** The calls that exceeded their time limit. */
  List<String> late() {
    return late;
  }

  void start() throws IOException {
    process = HostProcess.start();
    BackendContext context =
        BackendContext.standard()
            .withCallTimeout(TIMEOUT)
            .withExtractor(DatabrokerTck.fields())
            .withNotifier(notifier);
    Deadline deadline = Deadline.after(Duration.ofSeconds(60));
    while (true) {
      try {
        current = process.open(url, schema, STATEMENT_TIMEOUT, context);
        return;
      } catch (DatabrokerException away) {
        if (deadline.isOver()) {
          throw away;
        }
      }
    }
  }

  void kill() {
    current = null;
    if (process != null) {
      process.kill();
    }
  }

  @Override
  public void close() {
    kill();
    notifier.shutdownNow();
  }
}
