package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.ChangeFeed;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Snapshot;
import io.databroker.api.UnavailableException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Child JVM whose backends the test uses like local ones. A call that is running when the child
 * dies fails: a read or an unsent call with {@code unavailable}, a write with {@code
 * outcome-unknown}.
 *
 * <p><b>Thread-safety:</b> thread-safe, with the backends, feeds and snapshots that it lends.
 */
final class HostProcess implements AutoCloseable {
  /** Longer than any call may take. */
  private static final long PATIENCE_SECONDS = 90;

  private static final Set<String> WRITES =
      Set.of(
          "put",
          "setOptions",
          "acquireLease",
          "renewLease",
          "releaseLease",
          "expire",
          "trim",
          "clear",
          "setCheckpoint");

  private final Process process;
  private final DataOutputStream out;
  private final AtomicLong last = new AtomicLong();
  private final Map<Long, CompletableFuture<List<@Nullable Object>>> calls =
      new ConcurrentHashMap<>();
  private final Map<Long, Runnable> signals = new ConcurrentHashMap<>();
  private volatile boolean gone;

  private HostProcess(Process process) {
    this.process = process;
    this.out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    Threads.named("host-answers").newThread(this::read).start();
  }

  static HostProcess start() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new HostProcess(
        new ProcessBuilder(
                java,
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                HostMain.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** Opens a backend in the child. */
  Backend open(String url, String schema, Duration statementTimeout, BackendContext context) {
    HostMain.Target backend =
        (HostMain.Target)
            Objects.requireNonNull(
                call(
                    HostMain.ROOT,
                    "open",
                    List.of(
                        url,
                        schema,
                        statementTimeout,
                        context.callTimeout(),
                        context.extractor())));
    return proxy(Backend.class, backend.id(), context.notifier());
  }

  private <T> T proxy(Class<T> type, long target, Executor notifier) {
    return type.cast(
        Proxy.newProxyInstance(
            HostProcess.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, given) -> {
              Object[] arguments = given == null ? new Object[0] : given;
              return switch (method.getName()) {
                case "hashCode" -> System.identityHashCode(self);
                case "equals" -> self == arguments[0];
                case "toString" -> type.getSimpleName() + " " + target + " of " + process.pid();
                default -> call(type, target, method.getName(), arguments, notifier);
              };
            }));
  }

  private @Nullable Object call(
      Class<?> type, long target, String method, Object[] given, Executor notifier) {
    List<@Nullable Object> arguments = new ArrayList<>(Arrays.asList(given));
    if (method.equals("onReady")) {
      long id = last.incrementAndGet();
      Runnable signal = (Runnable) given[0];
      signals.put(id, () -> notifier.execute(signal));
      arguments.set(0, new HostMain.Signal(id));
    }
    if (gone && method.equals("close")) {
      return null;
    }
    Object answer = call(target, method, arguments);
    if (answer instanceof HostMain.Target made) {
      return method.equals("changes")
          ? proxy(ChangeFeed.class, made.id(), notifier)
          : proxy(Snapshot.class, made.id(), notifier);
    }
    return method.equals("records") && type == Snapshot.class
        ? ((List<?>) Objects.requireNonNull(answer)).iterator()
        : answer;
  }

  private @Nullable Object call(long target, String method, List<?> arguments) {
    long id = last.incrementAndGet();
    CompletableFuture<List<@Nullable Object>> answer = new CompletableFuture<>();
    calls.put(id, answer);
    try {
      send(id, target, method, arguments);
    } catch (IOException e) {
      calls.remove(id);
      throw new UnavailableException("the other JVM has ended", e);
    }
    if (gone) {
      answer.complete(List.of());
    }
    Object value = await(method, answer);
    if (value instanceof RuntimeException failure) {
      throw failure;
    }
    return value;
  }

  private void send(long id, long target, String method, List<?> arguments) throws IOException {
    synchronized (out) {
      out.writeLong(id);
      out.writeLong(target);
      out.writeUTF(method);
      Wire.write(out, arguments);
      out.flush();
    }
  }

  private static @Nullable Object await(
      String method, CompletableFuture<List<@Nullable Object>> answer) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          List<@Nullable Object> told = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
          if (told.isEmpty()) {
            throw WRITES.contains(method)
                ? new OutcomeUnknownException("the other JVM has ended during the call", null)
                : new UnavailableException("the other JVM has ended", null);
          }
          return told.get(0);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException | TimeoutException e) {
          throw new IllegalStateException("no answer to " + method + " in another JVM", e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void read() {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
      while (true) {
        int kind = in.readByte();
        long id = in.readLong();
        Object value = Wire.read(in);
        if (kind == HostMain.ANSWER) {
          List<@Nullable Object> told = new ArrayList<>();
          told.add(value);
          CompletableFuture<List<@Nullable Object>> call = calls.remove(id);
          if (call != null) {
            call.complete(told);
          }
        } else {
          signal(id);
        }
      }
    } catch (IOException end) {
      gone = true;
      calls.values().forEach(call -> call.complete(List.of()));
      signals.keySet().forEach(this::signal);
    }
  }

  private void signal(long id) {
    Runnable signal = signals.remove(id);
    if (signal != null) {
      signal.run();
    }
  }

  /** Kills the child. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
