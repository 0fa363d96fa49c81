package io.databroker.server.cli;

import io.databroker.api.BackendContext;
import io.databroker.api.TypeOptions;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.server.net.Watchdog;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.rpc.BrokerServer;
import io.databroker.server.rpc.QuerySettings;
import io.databroker.server.rpc.ServerSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Command that serves a backend until a signal ends it. */
@Command(
    name = "serve",
    description = {
      "Serves a backend over gRPC until SIGTERM or Ctrl-C.",
      "Prints \"databroker ready: backend=… listen=…\" once it serves, and logs to standard "
          + "error."
    },
    footer = {
      "",
      "The options file is a JSON object with the options of each type; capacity, ttl and",
      "indexedFields may each be left out:",
      "  {\"car\": {\"capacity\": 1000, \"ttl\": \"7d\", \"indexedFields\": [\"owner\","
          + " \"plate.country\"]}}",
      "",
      "Examples:",
      "  databroker serve",
      "  databroker serve --profile pomerium",
      "  databroker serve --backend mine --plugin mine.jar --set path=/var/lib/mine --listen"
          + " [::1]:0"
    })
final class ServeCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "inmemory",
      description =
          "The backend; \"databroker backends\" lists them; ${DEFAULT-VALUE} if not given.")
  private String backend = "";

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the backend. May be given more than once.")
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
          "File with the options of types, set at every start and after a clear; " + "see below.")
  private @Nullable Path options;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      converter = Profile.Converter.class,
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
      converter = DurationConverter.class,
      description =
          "How long a query waits for the version that its request names; 1s if not given.")
  private @Nullable Duration queryWait;

  @Option(
      names = "--history",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description =
          "How long changes are kept for watchers; 1h if not given. The in-memory backend "
              + "keeps them on the heap: shorten the time where many writes come.")
  private @Nullable Duration history;

  @Option(
      names = "--housekeeping",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How often records expire and history is dropped; 1m if not given.")
  private @Nullable Duration housekeeping;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = Address.DEFAULT,
      converter = Address.Converter.class,
      description =
          "The address to listen on; port 0 takes a free one; ${DEFAULT-VALUE} if not given.")
  private Address listen;

  @Option(
      names = "--insecure-listen-anywhere",
      description =
          "Allow an address beyond this machine without authentication: anyone who reaches "
              + "it can read and write everything.")
  private boolean anywhere;

  @Mixin private final ServeAccess access = new ServeAccess();

  @Mixin private final ServeLimits limits = new ServeLimits();

  @Mixin private final ServeMetrics metrics = new ServeMetrics();

  @SuppressWarnings("NullAway.Init") // picocli sets the spec and the options
  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    Logging log = Logging.to(terminal.err(), Level.INFO);
    InetSocketAddress address = address();
    QuerySettings queries = queries();
    ServerSettings checked = access.apply(limits.apply(new ServerSettings()));
    Databroker.Builder configuration =
        Databroker.builder()
            .context(BackendContext.standard().withExtractor(queries.types().extractor()))
            .backend(config());
    plugins.forEach(configuration::plugin);
    if (history != null) {
      configuration.keepHistory(history);
    }
    if (housekeeping != null) {
      configuration.housekeepEvery(housekeeping);
    }
    checkFree(address);
    metrics.measure(configuration);
    ServerSettings settings = metrics.measure(checked);
    Databroker broker = configuration.open();
    BrokerServer server = new BrokerServer(broker.opened(), address, queries, settings);
    Ending ending = new Ending(server, broker, log);
    Runtime.getRuntime().addShutdownHook(new Thread(ending::onSignal, "databroker-ending"));
    try {
      metrics.start(broker.backend()::state, log);
      start(server, log);
      server.watch(reason -> giveUp(log, reason));
      server.await();
    } catch (InterruptedException e) {
      // Interrupted by a caller that runs the command on its own thread.
    } finally {
      ending.run();
      access.close();
      metrics.close();
    }
    return ExitCodes.DONE;
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
    String why = String.valueOf(cause.getMessage());
    boolean inUse = why.toLowerCase(Locale.ROOT).contains("already in use");
    return new FailedException(
        String.format(
            Locale.ROOT,
            "cannot listen on %s: %s; give another address with --listen",
            listen,
            inUse ? "address already in use" : why));
  }

  private void start(BrokerServer server, Logging log) throws IOException, FailedException {
    try {
      server.start();
    } catch (IOException e) {
      throw cannotListen(e);
    }
    try (Output output = terminal.output()) {
      output.line(
          String.format(
              Locale.ROOT,
              "databroker ready: backend=%s listen=%s",
              backend,
              listen.withPort(server.port())));
    } catch (ReaderGoneException | FailedException e) {
      log.event("ready; the ready line could not be written to standard output"); // it still serves
    }
  }

  private QuerySettings queries() {
    MessageTypes types = MessageTypes.wellKnown();
    if (profile != null) {
      types = profile.with(types);
    }
    for (Path protoset : protosets) {
      types = types.with(protoset);
    }
    QuerySettings standard = new QuerySettings().withTypes(types);
    return queryWait == null ? standard : standard.withHintWait(queryWait);
  }

  private BackendConfig config() throws IOException, FailedException {
    BackendConfig config = BackendConfig.of(backend);
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals <= 0) {
        throw usage("--set is '" + setting + "'; give KEY=VALUE");
      }
      config = config.with(setting.substring(0, equals), setting.substring(equals + 1));
    }
    if (profile != null) {
      for (Map.Entry<String, TypeOptions> type : profile.options().entrySet()) {
        config = config.withOptions(type.getKey(), type.getValue());
      }
    }
    if (options != null) {
      for (Map.Entry<String, TypeOptions> type : OptionsFile.read(options.toString()).entrySet()) {
        config = config.withOptions(type.getKey(), type.getValue());
      }
    }
    return config;
  }

  private InetSocketAddress address() {
    try {
      InetSocketAddress address = listen.resolve();
      if (!anywhere && !access.asksCallers() && !address.getAddress().isLoopbackAddress()) {
        throw usage(
            String.format(
                Locale.ROOT,
                "%s can be reached from other machines, and callers would not be "
                    + "authenticated; give --shared-key-file or --tls-client-ca, listen on "
                    + "%s, or say"
                    + " --insecure-listen-anywhere",
                listen,
                Address.DEFAULT));
      }
      return address;
    } catch (UnknownHostException e) {
      throw usage("no host is known by the name of " + listen.host());
    }
  }

  private CommandLine.ParameterException usage(String problem) {
    return new CommandLine.ParameterException(spec.commandLine(), problem);
  }
}
