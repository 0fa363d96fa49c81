package io.databroker.postgres;

import io.databroker.tck.engine.Nemesis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Faults that the kit injects: of the network to the shared server, and, if {@code
 * databroker.postgres.kitFaults} is {@code all}, of a server of their own too.
 */
final class KitFaults {
  private static final boolean ALL =
      System.getProperty("databroker.postgres.kitFaults", "").equals("all");

  private static @Nullable TcpSwitch network;
  private static @Nullable PgServer server;

  private KitFaults() {}

  /** Change of the network or the server. */
  private interface Change {
    void make() throws Exception;
  }

  static List<Nemesis> all() {
    if (System.getenv("DATABROKER_TEST_POSTGRES") != null) {
      return List.of(); // another server may not be on this machine
    }
    List<Nemesis> faults = new ArrayList<>();
    faults.add(nemesis("cut off", () -> network().cut(), () -> network().mend()));
    faults.add(nemesis("all bytes lost", () -> network().swallow(), () -> network().mend()));
    if (ALL) {
      faults.add(nemesis("killed", () -> server().kill(), () -> server().restart()));
      faults.add(nemesis("frozen", () -> server().freeze(), () -> server().thaw()));
    }
    return faults;
  }

  private static Nemesis nemesis(String name, Change injected, Change healed) {
    return new Nemesis() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void inject(Path directory) throws Exception {
        injected.make();
      }

      @Override
      public void heal(Path directory) throws Exception {
        healed.make();
      }
    };
  }

  /**
   * Returns the URL for a store. The kit injects the n-th fault while it uses the store of its n-th
   * further place; that store is behind the network that fails.
   */
  static String url(Path directory) {
    String place = directory.getFileName().toString();
    int number = Integer.parseInt(place.substring(place.indexOf('-') + 1));
    if (number == 0 || number > all().size()) {
      return TestServer.url();
    }
    return String.format(
        Locale.ROOT,
        "jdbc:postgresql://localhost:%d/postgres?user=postgres&password=postgres",
        network().port());
  }

  private static synchronized TcpSwitch network() {
    try {
      if (network == null) {
        int target =
            ALL
                ? server().port()
                : URI.create(TestServer.url().substring("jdbc:".length())).getPort();
        network = new TcpSwitch(target);
      }
      return network;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static synchronized PgServer server() {
    try {
      if (server == null) {
        server = PgServer.start();
      }
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the network and the server. */
  static synchronized void close() throws IOException {
    if (network != null) {
      network.close();
      network = null;
    }
    if (server != null) {
      server.close();
      server = null;
    }
  }
}
