package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Settings;
import io.databroker.api.support.ForwardingProvider;
import io.databroker.tck.DatabrokerTck;
import io.databroker.tck.engine.Nemesis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;

/**
 * Runs the compatibility kit over handles in several JVMs: the first handle of a store is opened
 * here, and further handles, while the first is open, in a child JVM.
 */
class PostgresTckTest extends DatabrokerTck {
  /** True if all rules are run. */
  static boolean isWhole = System.getProperty("databroker.tck.rules") == null;

  private static final boolean ONE_JVM = Boolean.getBoolean("databroker.postgres.oneJvm");
  private static final AtomicInteger ELSEWHERE = new AtomicInteger();
  private static final Map<String, AtomicInteger> OPEN = new ConcurrentHashMap<>();
  private static final HostProcess[] CHILDREN = new HostProcess[2];

  @AfterAll
  static void endChildren() throws IOException {
    KitFaults.close();
    synchronized (CHILDREN) {
      for (int i = 0; i < CHILDREN.length; i++) {
        if (CHILDREN[i] != null) {
          CHILDREN[i].close();
          CHILDREN[i] = null;
        }
      }
    }
    if (!ONE_JVM && isWhole) {
      assertThat(ELSEWHERE.getAndSet(0))
          .as("second handles opened in another JVM")
          .isGreaterThan(10);
    }
  }

  private static HostProcess child(int number) {
    synchronized (CHILDREN) {
      int index = number % CHILDREN.length;
      try {
        if (CHILDREN[index] == null) {
          CHILDREN[index] = HostProcess.start();
        }
        return CHILDREN[index];
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Provider that opens the second handle of a store in another JVM. */
  private static final class Provider extends ForwardingProvider {
    Provider() {
      super(new PostgresProvider());
    }

    @Override
    public Backend open(Settings settings, BackendContext context) {
      String schema = settings.get(PostgresSettings.SCHEMA);
      AtomicInteger open = OPEN.computeIfAbsent(schema, none -> new AtomicInteger());
      if (ONE_JVM || open.get() == 0 || !Wire.canSend(context.extractor())) {
        Backend here = super.open(settings, context);
        open.incrementAndGet();
        return counted(here, open);
      }
      return child(ELSEWHERE.getAndIncrement())
          .open(
              settings.get(PostgresSettings.URL),
              schema,
              settings.get(PostgresSettings.STATEMENT_TIMEOUT),
              context);
    }

    /** Records the close of this JVM's handle. */
    private static Backend counted(Backend backend, AtomicInteger open) {
      Set<String> closed = ConcurrentHashMap.newKeySet();
      return (Backend)
          Proxy.newProxyInstance(
              Provider.class.getClassLoader(),
              new Class<?>[] {Backend.class},
              (self, method, arguments) -> {
                try {
                  return method.invoke(backend, arguments);
                } catch (InvocationTargetException failure) {
                  throw failure.getCause();
                } finally {
                  if (method.getName().equals("close") && closed.add("closed")) {
                    open.decrementAndGet();
                  }
                }
              });
    }
  }

  @Override
  public BackendProvider provider() {
    return new Provider();
  }

  /** The kit's directory has a random name: its digits make the name of a separate schema. */
  @Override
  public Settings settings(Path directory) {
    String place = directory.getParent().getFileName() + "_" + directory.getFileName();
    return TestServer.settings(
        KitFaults.url(directory), place.toLowerCase(Locale.ROOT).replace('-', '_'));
  }

  @Override
  public List<Nemesis> faults() {
    return KitFaults.all();
  }
}
