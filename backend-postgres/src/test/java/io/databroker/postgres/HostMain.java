package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.ChangeFeed;
import io.databroker.api.CheckedBackend;
import io.databroker.api.ClosedException;
import io.databroker.api.FieldExtractor;
import io.databroker.api.Settings;
import io.databroker.api.Snapshot;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Main class of a child JVM that opens backends for a test. It reads calls from its standard input,
 * runs each on its own thread, and writes the answers to its standard output.
 */
final class HostMain {
  /** Object of the child that the test may call. */
  record Target(long id) {}

  /** Signal of a waiting feed, which runs in the test's JVM. */
  record Signal(long id) {}

  static final int ANSWER = 0;
  static final int SIGNAL = 1;

  /** The target that opens backends. */
  static final long ROOT = 0;

  private final Map<Long, Object> targets = new ConcurrentHashMap<>();
  private final AtomicLong lastTarget = new AtomicLong();
  private final ExecutorService threads = Executors.newCachedThreadPool(Threads.named("host"));
  private final DataOutputStream out =
      new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));

  private HostMain() {}

  /** Serves until the test closes the standard input or ends. */
  public static void main(String[] arguments) throws IOException {
    System.setOut(System.err);
    Quiet.libraries();
    HostMain host = new HostMain();
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(System.in))) {
      while (true) {
        host.take(in);
      }
    } catch (EOFException end) {
      Runtime.getRuntime().halt(0);
    }
  }

  private void take(DataInputStream in) throws IOException {
    long call = in.readLong();
    long target = in.readLong();
    String method = in.readUTF();
    List<?> arguments = (List<?>) Objects.requireNonNull(Wire.read(in));
    threads.execute(() -> send(ANSWER, call, answer(target, method, arguments)));
  }

  private @Nullable Object answer(long target, String method, List<?> arguments) {
    try {
      if (target == ROOT) {
        return register(open(arguments));
      }
      Object subject = method.equals("close") ? targets.remove(target) : targets.get(target);
      return subject == null
          ? answerOfClosed(method, arguments)
          : invoke(subject, method, arguments);
    } catch (RuntimeException failure) {
      return failure;
    } catch (ReflectiveOperationException | Error failure) {
      return new IllegalStateException(failure.toString());
    }
  }

  private @Nullable Object answerOfClosed(String method, List<?> arguments) {
    if (method.equals("onReady") && arguments.get(0) instanceof Signal signal) {
      send(SIGNAL, signal.id(), null);
      return null;
    }
    return method.equals("close") ? null : new ClosedException("target");
  }

  private static Backend open(List<?> arguments) {
    Settings settings =
        Settings.builder()
            .set(PostgresSettings.URL, (String) arguments.get(0))
            .set(PostgresSettings.SCHEMA, (String) arguments.get(1))
            .set(PostgresSettings.POOL_SIZE, 6L)
            .set(PostgresSettings.STATEMENT_TIMEOUT, (Duration) arguments.get(2))
            .build();
    BackendContext context =
        BackendContext.standard()
            .withCallTimeout((Duration) arguments.get(3))
            .withExtractor((FieldExtractor) arguments.get(4));
    PostgresProvider provider = new PostgresProvider();
    return CheckedBackend.over(provider.open(settings, context), provider.limits(settings));
  }

  private @Nullable Object invoke(Object subject, String name, List<?> given)
      throws ReflectiveOperationException {
    Class<?> type =
        subject instanceof Backend
            ? Backend.class
            : subject instanceof ChangeFeed ? ChangeFeed.class : Snapshot.class;
    Object[] arguments = given.toArray();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] instanceof Signal signal) {
        arguments[i] = (Runnable) () -> send(SIGNAL, signal.id(), null);
      }
    }
    for (Method method : type.getMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
        try {
          return register(method.invoke(subject, arguments));
        } catch (InvocationTargetException failure) {
          if (failure.getCause() instanceof RuntimeException known) {
            throw known;
          }
          throw failure;
        }
      }
    }
    throw new NoSuchMethodException(type + " has no method " + name);
  }

  private @Nullable Object register(@Nullable Object value) {
    if (value instanceof Iterator<?> iterator) {
      List<@Nullable Object> all = new ArrayList<>();
      iterator.forEachRemaining(all::add);
      return all;
    }
    if (value instanceof AutoCloseable) {
      long id = lastTarget.incrementAndGet();
      targets.put(id, value);
      return new Target(id);
    }
    return value;
  }

  private void send(int kind, long id, @Nullable Object value) {
    synchronized (out) {
      try {
        out.writeByte(kind);
        out.writeLong(id);
        Wire.write(out, value);
        out.flush();
      } catch (IOException gone) {
        Runtime.getRuntime().halt(1);
      }
    }
  }
}
