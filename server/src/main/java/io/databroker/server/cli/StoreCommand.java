package io.databroker.server.cli;

import io.databroker.api.Capability;
import io.databroker.api.Position;
import io.databroker.api.UnavailableException;
import io.databroker.host.Databroker;
import io.databroker.host.OpenedBackend;
import io.databroker.host.copy.BackendCopy;
import io.databroker.host.copy.CopyEnd;
import io.databroker.server.remote.ServerEnd;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** Command that reads or writes whole stores. */
abstract class StoreCommand extends ReportingCommand {
  /** Meaning of STORE in the help. */
  static final String STORE_IS =
      "STORE is HOST:PORT of a server, or a backend such as offheap:directory=data that no server"
          + "%nhas open.";

  /**
   * Interval of housekeeping that is longer than any copy, so that it expires and trims nothing.
   */
  private static final Duration NEVER = Duration.ofDays(36_500);

  @Option(
      names = "--plugin",
      paramLabel = "PATH",
      description = "Also search this jar or folder of jars for backends. May be repeated.")
  private List<Path> plugins = new ArrayList<>();

  @Mixin final ClientAccess access;

  StoreCommand(Terminal terminal) {
    super(terminal);
    this.access = new ClientAccess(terminal.environment());
  }

  /** Returns a position in words. */
  static String words(Position position) {
    return String.format(
        Locale.ROOT,
        "version %s of history %s",
        Long.toUnsignedString(position.version()),
        Long.toUnsignedString(position.serverVersion()));
  }

  /** Returns the names of the options that were given. */
  final List<String> given() {
    return declared.commandLine().getParseResult().matchedOptions().stream()
        .map(OptionSpec::longestName)
        .toList();
  }

  /**
   * Rejects access options that apply to no server.
   *
   * @param stores the stores that the command names, in order
   */
  final void checkAccess(EndSpec... stores) {
    boolean calls = Arrays.stream(stores).anyMatch(store -> store.server() != null);
    for (String option : given()) {
      if (!calls && ClientAccess.OPTIONS.contains(option)) {
        throw usage(option + " is for a server, but no server is named; leave it out");
      }
      int store = TwoServersAccess.store(option);
      if (store >= 0 && stores[store].server() == null) {
        throw usage(
            String.format(
                Locale.ROOT,
                "%s is for a server, but %s is a backend; leave it out",
                option,
                stores[store].shown()));
      }
    }
  }

  /**
   * Opens a store that is read; the caller closes it.
   *
   * @throws FailedException if the open has created the store, because then its name is probably
   *     mistyped
   */
  final CopyEnd openSource(EndSpec spec, ServerAccess credentials) throws FailedException {
    CopyEnd source = open(spec, credentials);
    try {
      if (spec.server() != null || source.versions().latest() != 0 || !source.options().isEmpty()) {
        return source;
      }
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
    source.close();
    throw new FailedException(
        spec.shown() + " was never written to; give the name and the settings of the store");
  }

  /**
   * Connects to a server, and checks that it answers: otherwise a copy would wait for minutes for
   * its answer.
   */
  private static CopyEnd openServer(Address server, ServerAccess credentials)
      throws FailedException {
    Connection connection = new Connection(server, credentials);
    boolean answered = false;
    try {
      CopyEnd end = new ServerEnd(connection.channel(), connection::close);
      var unused = end.versions();
      answered = true;
      return end;
    } catch (StatusRuntimeException e) {
      throw new FailedException(
          server + ": " + ServerErrors.message(e, server, credentials, false));
    } catch (UnavailableException e) {
      throw new FailedException(
          e.getCause() instanceof StatusRuntimeException status
              ? ServerErrors.message(status, server, credentials, false)
              : String.valueOf(e.getMessage()));
    } finally {
      if (!answered) {
        connection.close();
      }
    }
  }

  /** Opens a store; the caller closes it. */
  final CopyEnd open(EndSpec spec, ServerAccess credentials) throws FailedException {
    if (spec.server() != null) {
      return openServer(spec.server(), credentials);
    }
    if (spec.backend() == null) {
      throw new IllegalStateException(spec + " names nothing");
    }
    Databroker.Builder configuration =
        Databroker.builder()
            .backend(spec.backend())
            .housekeepEvery(NEVER)
            .keepHistory(NEVER)
            .openUnfinished();
    plugins.forEach(configuration::plugin);
    Databroker broker = configuration.open();
    OpenedBackend opened = broker.opened();
    if (!opened.capabilities().contains(Capability.DURABLE)
        && !opened.capabilities().contains(Capability.SHARED)) {
      broker.close();
      throw new FailedException(
          spec.shown()
              + " keeps records only while this command has it open; give HOST:PORT of the server"
              + " that has it open, or the settings of a store on disk");
    }
    return new BackendCopy(opened.backend(), opened.limits(), broker::close);
  }
}
