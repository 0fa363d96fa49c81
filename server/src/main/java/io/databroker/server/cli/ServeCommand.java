package io.databroker.server.cli;

import io.databroker.host.ConfigurationException;
import io.databroker.host.Databroker;
import io.databroker.server.log.Logging;
import io.databroker.server.net.Watchdog;
import io.databroker.server.rpc.BrokerServer;
import io.databroker.server.rpc.ServerSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Command that serves a backend until a signal ends it. */
@Command(
    name = ServeCommand.NAME,
    description = {
      "Serves a backend over gRPC until SIGTERM or Ctrl-C.",
      "Prints \"databroker ready: backend=… listen=…\" once it serves, and logs to standard error."
    },
    footer = {
      "",
      "The options file is a JSON object with the options of each type; capacity, ttl and",
      "indexedFields may each be left out:",
      "  {\"car\": {\"capacity\": 1000, \"ttl\": \"7d\", \"indexedFields\": [\"owner\","
          + " \"plate.country\"]}}",
      "",
      "A SIGHUP reads the options file and the configuration file anew. If a file has an error,",
      "the former values stay in force.",
      "",
      "Examples:",
      "  databroker serve",
      "  databroker serve --config databroker.yaml --check",
      "  databroker serve --profile pomerium",
      "  databroker serve --backend mine --plugin mine.jar --set path=/var/lib/mine --listen"
          + " [::1]:0"
    })
final class ServeCommand implements Callable<Integer> {
  static final String NAME = "serve";

  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "Read options from this YAML file: each is a key, without the dashes, such as"
            + " \"listen: 127.0.0.1:5443\". Each is also a variable, such as DATABROKER_LISTEN.",
        "A flag wins over a variable, and a variable over the file."
      })
  private @Nullable Path config;

  @Option(
      names = "--check",
      description =
          "Check the configuration and report all problems that show without opening the store.")
  private boolean check;

  @Option(
      names = "--print-config",
      description = "Print all values in force and where each comes from, without secrets.")
  private boolean print;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "inmemory",
      description =
          "The backend; \"databroker backends\" lists them; ${DEFAULT-VALUE} if not given.")
  private String backend;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "A setting of the backend; \"databroker backends\" lists them. May be given more than"
              + " once.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--plugin",
      paramLabel = "PATH",
      description = "Also search this jar or folder of jars for backends. May be repeated.")
  private List<Path> plugins = new ArrayList<>();

  @Option(
      names = "--options",
      paramLabel = "FILE",
      description =
          "File with the options of types, set at every start and after a clear; see below.")
  private @Nullable Path options;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description =
          "Set the options of a known application's types, at every start and after a "
              + "clear: \"pomerium\". For types in the file of --options, the file wins.")
  private @Nullable Profile profile;

  @Option(
      names = "--protoset",
      paramLabel = "FILE",
      description =
          "Descriptor set of message types whose fields can be indexed, searched and "
              + "patched: a file written by \"protoc --include_imports "
              + "--descriptor_set_out=FILE\". May be repeated.")
  private List<Path> protosets = new ArrayList<>();

  @Option(
      names = "--query-wait",
      paramLabel = "DURATION",
      defaultValue = "1s",
      description =
          "How long a query waits for the version that its request names; ${DEFAULT-VALUE} if not"
              + " given.")
  private Duration queryWait;

  @Option(
      names = "--history",
      paramLabel = "DURATION",
      defaultValue = "1h",
      description =
          "How long changes are kept for watchers; ${DEFAULT-VALUE} if not given. The in-memory"
              + " backend keeps them on the heap: set a shorter time if there are many writes.")
  private Duration history;

  @Option(
      names = "--housekeeping",
      paramLabel = "DURATION",
      defaultValue = "1m",
      description =
          "How often records expire and history is trimmed; ${DEFAULT-VALUE} if not given.")
  private Duration housekeeping;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = Address.DEFAULT,
      description =
          "The address to listen on; port 0 takes a free one; ${DEFAULT-VALUE} if not given.")
  private Address listen;

  @Option(
      names = "--insecure-listen-anywhere",
      description =
          "Allow an address beyond this machine without authentication: anyone who reaches "
              + "it can read and write everything.")
  private boolean anywhere;

  @Mixin private final ServeAccess access;

  @Mixin private final ServeLimits limits = new ServeLimits();

  @Mixin private final ServeMetrics metrics = new ServeMetrics();

  @Mixin private final ServeConsole console = new ServeConsole();

  @Mixin private final ServeLogs logs = new ServeLogs();

  @SuppressWarnings("NullAway.Init") // picocli sets the spec and the options
  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
    this.access = new ServeAccess(terminal.environment());
  }

  @Override
  public Integer call() throws Exception {
    ServeConfiguration configuration =
        ServeConfiguration.read(spec.commandLine().getParseResult(), terminal);
    ServeCommand command = configuration.command();
    command.check = check; // --check and --print-config are flags only
    command.print = print;
    return command.run(configuration);
  }

  /**
   * Serves, checks or prints, as the flags request; called on the command that has the values of
   * all sources.
   */
  private Integer run(ServeConfiguration configuration) throws Exception {
    List<Exception> problems = new ArrayList<>(configuration.problems());
    ServeSetup setup = setup(problems);
    if (!problems.isEmpty()) {
      return refuse(problems);
    }
    if (check || print) {
      try (Output output = terminal.output()) {
        for (String line : print ? configuration.printed() : List.of("configuration is valid")) {
          output.line(line);
        }
      }
      return ExitCodes.DONE;
    }
    return serve(configuration, setup);
  }

  /** Reports all problems; throws the problem if there is only one, as every command does. */
  private Integer refuse(List<Exception> problems) throws Exception {
    if (problems.size() == 1 && !check) {
      throw problems.get(0);
    }
    boolean usage = false;
    for (Exception problem : problems) {
      List<String> lines = List.of(String.valueOf(problem.getMessage()));
      if (problem instanceof ConfigurationException configuration) {
        lines = configuration.problems();
      } else if (problem instanceof CommandLine.ParameterException parsed) {
        lines = List.of(lines.get(0) + Arguments.nearest(parsed));
      }
      usage |= !(problem instanceof FailedException);
      lines.forEach(line -> terminal.tell(ErrorLine.of(line)));
    }
    return usage ? ExitCodes.USAGE : ExitCodes.FAILED;
  }

  /** Checks everything that can be checked without opening anything. */
  ServeSetup setup(List<Exception> problems) {
    ServeSetup setup = new ServeSetup(problems);
    setup.listen(listen, anywhere || access.asksCallers(), spec.commandLine());
    setup.check(metrics::check);
    setup.check(() -> console.check(access.asksCallers()));
    setup.distinct("--listen", listen);
    setup.distinct("--metrics", metrics.address());
    setup.distinct("--console", console.address());
    setup.types(profile, protosets, queryWait);
    setup.options(profile, options);
    setup.backend(backend, settings, spec.commandLine());
    setup.settings(limits, access);
    setup.host(plugins, history, housekeeping);
    return setup;
  }

  private Integer serve(ServeConfiguration configuration, ServeSetup setup) throws Exception {
    Logging log = logs.start(terminal.err());
    CompletableFuture<Runnable> reload = new CompletableFuture<>();
    if (config != null || options != null) {
      // From the beginning: a store may take long to open, and the signal would end the process.
      HangUp.handle(() -> reload.join().run(), log);
    }
    checkFree(setup.address());
    metrics.measure(setup.host());
    ServerSettings settings = metrics.measure(logs.apply(setup.settings()));
    Databroker broker;
    try {
      // Health checks succeed while a store takes long to open.
      metrics.start(log);
      broker = setup.host().open();
    } catch (Throwable e) {
      metrics.close();
      throw e;
    }
    BrokerServer server =
        new BrokerServer(broker.opened(), setup.address(), setup.queries(), settings);
    Ending ending = new Ending(server::close, broker::close, log);
    Runtime.getRuntime().addShutdownHook(new Thread(ending::onSignal, "databroker-ending"));
    try {
      access.watch();
      metrics.opened(broker.backend()::state, server);
      console.start(broker.opened(), server, setup.queries().types(), access, log);
      start(server, log);
      reload.complete(new Reload(configuration, broker, logs, log));
      new Supervisor(terminal.environment(), log).ready();
      server.watch(reason -> giveUp(log, reason));
      server.await();
    } catch (InterruptedException e) {
      // Interrupted by a caller that runs the command on its own thread.
    } finally {
      ending.run();
      access.close();
      metrics.close();
      console.close();
    }
    return ExitCodes.DONE;
  }

  /**
   * Keeps the profile of the running command: a new profile has new message types, which only a
   * restart can load.
   */
  void keepProfile(ServeCommand inForce) {
    profile = inForce.profile;
  }

  ServeLogs logs() {
    return logs;
  }

  /**
   * Ends a process that cannot serve. It does so at once, because an orderly end may need the
   * exhausted resources.
   */
  private static void giveUp(Logging log, String reason) {
    log.event(
        "the server can no longer serve and ends, so that its supervisor restarts it: " + reason);
    Runtime.getRuntime().halt(Watchdog.EXIT_CODE);
  }

  /** Checks the address first, so that a bad one opens or creates no store. */
  private void checkFree(InetSocketAddress address) throws FailedException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as the server's own
      socket.bind(address);
    } catch (IOException e) {
      throw cannotListen(e);
    }
  }

  private FailedException cannotListen(IOException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new FailedException(
        String.format(
            Locale.ROOT,
            "cannot listen on %s: %s; give another address with --listen",
            listen,
            cause.getMessage()));
  }

  private void start(BrokerServer server, Logging log) throws IOException, FailedException {
    try {
      server.start();
    } catch (IOException e) {
      throw cannotListen(e);
    }
    try (Output output = terminal.output()) {
      output.line(
          "databroker ready: backend=" + backend + " listen=" + listen.withPort(server.port()));
    } catch (ReaderGoneException | FailedException e) {
      log.event("ready; the ready line could not be written to standard output"); // it still serves
    }
  }
}
