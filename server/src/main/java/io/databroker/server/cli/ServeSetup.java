package io.databroker.server.cli;

import io.databroker.api.BackendContext;
import io.databroker.api.TypeOptions;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.server.config.Secrets;
import io.databroker.server.rpc.QuerySettings;
import io.databroker.server.rpc.ServerSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Parts of {@code serve}, each checked before anything is opened. An invalid part adds a problem
 * and keeps its default, so that all problems are reported together.
 */
final class ServeSetup {
  /** Step that checks one part. */
  interface Step {
    void run() throws Exception;
  }

  private final List<Exception> problems;
  private InetSocketAddress address = InetSocketAddress.createUnresolved("", 0);
  private QuerySettings queries = new QuerySettings();
  private ServerSettings settings = new ServerSettings();
  private Map<String, TypeOptions> options = Map.of();
  private @Nullable BackendConfig backend;
  private final Databroker.Builder host = Databroker.builder();

  /** Addresses to listen on, by the option that gives them. */
  private final Map<String, InetSocketAddress> listening = new LinkedHashMap<>();

  ServeSetup(List<Exception> problems) {
    this.problems = problems;
  }

  void check(Step step) {
    try {
      step.run();
    } catch (Exception e) {
      problems.add(e);
    }
  }

  void listen(Address listen, boolean protectedOrWanted, CommandLine command) {
    check(
        () -> {
          try {
            address = listen.resolve();
          } catch (UnknownHostException e) {
            throw new CommandLine.ParameterException(command, "unknown host " + listen.host());
          }
          if (!protectedOrWanted && !address.getAddress().isLoopbackAddress()) {
            throw new CommandLine.ParameterException(
                command,
                String.format(
                    Locale.ROOT,
                    "%s can be reached from other machines, and callers would not be authenticated;"
                        + " give --shared-key-file or --tls-client-ca, listen on %s, or add"
                        + " --insecure-listen-anywhere",
                    listen,
                    Address.DEFAULT));
          }
        });
  }

  /** Adds a problem if the server listens on an address already because of another option. */
  void distinct(String option, @Nullable Address listen) {
    if (listen == null || listen.port() == 0) {
      return;
    }
    InetSocketAddress resolved;
    try {
      resolved = listen.resolve();
    } catch (IOException e) {
      return; // a problem of its own
    }
    check(
        () -> {
          for (Map.Entry<String, InetSocketAddress> other : listening.entrySet()) {
            if (collide(other.getValue(), resolved)) {
              throw new FailedException(
                  String.format(
                      Locale.ROOT,
                      "%s and %s cannot both listen on %s; give each its own port",
                      other.getKey(),
                      option,
                      listen));
            }
          }
        });
    listening.put(option, resolved);
  }

  private static boolean collide(InetSocketAddress one, InetSocketAddress other) {
    return one.getPort() == other.getPort()
        && (one.getAddress().equals(other.getAddress())
            || one.getAddress().isAnyLocalAddress()
            || other.getAddress().isAnyLocalAddress());
  }

  void types(@Nullable Profile profile, List<Path> protosets, Duration wait) {
    check(() -> queries = queries.withHintWait(wait));
    if (profile != null) {
      check(() -> queries = queries.withTypes(profile.with(queries.types())));
    }
    for (Path protoset : protosets) {
      check(() -> queries = queries.withTypes(queries.types().with(protoset)));
    }
  }

  void options(@Nullable Profile profile, @Nullable Path file) {
    check(
        () -> {
          Map<String, TypeOptions> all = new LinkedHashMap<>();
          if (profile != null) {
            all.putAll(profile.options());
          }
          if (file != null) {
            all.putAll(OptionsFile.read(file.toString()));
          }
          options = all;
        });
  }

  void backend(String name, List<String> pairs, CommandLine command) {
    BackendConfig config = BackendConfig.of(name);
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        check(
            () -> {
              throw new CommandLine.ParameterException(
                  command, "--set is '" + Secrets.shownPair(pair) + "'; give KEY=VALUE");
            });
      } else {
        config = config.with(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    for (Map.Entry<String, TypeOptions> type : options.entrySet()) {
      config = config.withOptions(type.getKey(), type.getValue());
    }
    backend = config;
  }

  void settings(ServeLimits limits, ServeAccess access) {
    check(() -> settings = limits.apply(settings));
    settings = access.apply(settings, problems);
  }

  void host(List<Path> plugins, Duration history, Duration housekeeping) {
    host.context(BackendContext.standard().withExtractor(queries.types().extractor()))
        .keepHistory(history)
        .housekeepEvery(housekeeping);
    if (backend != null) {
      host.backend(backend);
    }
    plugins.forEach(host::plugin);
    check(host::check);
  }

  InetSocketAddress address() {
    return address;
  }

  QuerySettings queries() {
    return queries;
  }

  ServerSettings settings() {
    return settings;
  }

  /** Returns the options of types, those of the profile included. */
  Map<String, TypeOptions> options() {
    return options;
  }

  Databroker.Builder host() {
    return host;
  }
}
