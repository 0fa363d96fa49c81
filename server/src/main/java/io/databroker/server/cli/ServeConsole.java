package io.databroker.server.cli;

import io.databroker.host.OpenedBackend;
import io.databroker.server.auth.TlsFiles;
import io.databroker.server.console.ConsoleAccess;
import io.databroker.server.console.ConsoleEndpoint;
import io.databroker.server.console.ConsoleSources;
import io.databroker.server.log.Logging;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.rpc.BrokerServer;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Option of {@code serve} for the console. */
final class ServeConsole implements AutoCloseable {
  @Option(
      names = "--console",
      paramLabel = "HOST:PORT",
      description =
          "Serve a page that shows types, records, changes, leases and watchers, with the same"
              + " certificates and keys as the server. Without keys and client certificates, HOST"
              + " has to be a loopback address. No console if not given.")
  private @Nullable Address address;

  private @Nullable ConsoleEndpoint endpoint;

  /**
   * Checks the address without a try to listen there.
   *
   * @param asksCallers whether callers need a certificate or a token
   */
  void check(boolean asksCallers) throws FailedException {
    if (address == null) {
      return;
    }
    boolean loopback;
    try {
      loopback = address.resolve().getAddress().isLoopbackAddress();
    } catch (IOException e) {
      throw new FailedException("--console: unknown host " + address.host());
    }
    if (!loopback && !asksCallers) {
      throw new FailedException(
          String.format(
              Locale.ROOT,
              "--console: %s can be reached from other machines, and the console shows all"
                  + " records; give --shared-key-file or --tls-client-ca, or listen on 127.0.0.1",
              address));
    }
  }

  /** Returns the address to listen on; null if none was given. */
  @Nullable Address address() {
    return address;
  }

  /**
   * Begins to serve the console, if an address was given.
   *
   * @throws FailedException if the address cannot be used
   */
  void start(
      OpenedBackend opened,
      BrokerServer server,
      MessageTypes types,
      ServeAccess access,
      Logging log)
      throws FailedException {
    if (address == null) {
      return;
    }
    TlsFiles tls = access.tlsFiles();
    ConsoleSources sources =
        new ConsoleSources(
            opened, types, server::leases, server::watchers, DatabrokerCommand.Version.number());
    ConsoleAccess check = new ConsoleAccess(access.callers(), tls != null && tls.asksClients());
    try {
      endpoint = ConsoleEndpoint.start(address.resolve(), sources, check, tls);
      log.event(
          String.format(
              Locale.ROOT,
              "console at %s://%s/",
              tls == null ? "http" : "https",
              address.withPort(endpoint.port())));
    } catch (IOException e) {
      throw FailedException.notServed("the console", address, "--console", e);
    }
  }

  @Override
  public void close() {
    if (endpoint != null) {
      endpoint.close();
    }
  }
}
