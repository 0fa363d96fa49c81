package io.databroker.server.cli;

import io.databroker.server.auth.AccessException;
import io.databroker.server.auth.CallerCheck;
import io.databroker.server.auth.FileWatch;
import io.databroker.server.auth.SharedKeys;
import io.databroker.server.auth.TlsFiles;
import io.databroker.server.rpc.ServerSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code serve} for the authentication of callers. */
final class ServeAccess implements AutoCloseable {
  static final String KEY = "DATABROKER_SHARED_KEY";
  static final String READ_ONLY_KEY = "DATABROKER_READ_ONLY_KEY";

  private final Map<String, String> environment;
  private final List<Supplier<FileWatch>> watched = new ArrayList<>();
  private final List<FileWatch> watches = new ArrayList<>();
  private @Nullable TlsFiles tlsFiles;
  private @Nullable CallerCheck callers;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Serve TLS with this certificate and its chain, in PEM. Reloaded on change.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The certificate's private key: PKCS#8 in PEM. Reloaded on change.")
  private @Nullable Path key;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description = "Require client certificates signed by one of these authorities, in PEM.")
  private @Nullable Path clientAuthorities;

  @Option(
      names = "--shared-key-file",
      paramLabel = "FILE",
      description = {
        "Require tokens signed with a key in this file: 32 bytes as base64, one key per line.",
        "Reloaded on change. DATABROKER_SHARED_KEY may hold the keys instead."
      })
  private @Nullable Path keyFile;

  @Option(
      names = "--read-only-key-file",
      paramLabel = "FILE",
      description = {
        "Keys that permit only reading.",
        "DATABROKER_READ_ONLY_KEY may hold them instead."
      })
  private @Nullable Path readOnlyKeyFile;

  @Option(
      names = "--reflection",
      description = "Serve gRPC reflection, which tools such as grpcurl use.")
  private boolean reflection;

  ServeAccess(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * Returns the settings with these credentials and this check of callers.
   *
   * @param problems receives the problems of the files
   */
  ServerSettings apply(ServerSettings settings, List<Exception> problems) {
    ServerSettings checked = settings.withReflection(reflection);
    try {
      checked = keys(checked);
    } catch (AccessException e) {
      problems.add(new FailedException(String.valueOf(e.getMessage())));
    }
    try {
      return tls(checked);
    } catch (AccessException | FailedException e) {
      problems.add(new FailedException(String.valueOf(e.getMessage())));
      return checked;
    }
  }

  private ServerSettings tls(ServerSettings settings) throws AccessException, FailedException {
    if (certificate == null && key == null) {
      if (clientAuthorities != null) {
        throw new FailedException("--tls-client-ca needs --tls-cert and --tls-key");
      }
      return settings;
    }
    if (certificate == null || key == null) {
      throw new FailedException("--tls-cert and --tls-key need each other; give both");
    }
    List<Path> paths = new ArrayList<>(List.of(certificate, key));
    if (clientAuthorities != null) {
      paths.add(clientAuthorities);
    }
    String used = FileWatch.fingerprint(paths);
    TlsFiles files = new TlsFiles(certificate, key, clientAuthorities);
    tlsFiles = files;
    watched.add(() -> FileWatch.start("the certificates", paths, used, files::reload));
    return settings.withCredentials(files.credentials());
  }

  private ServerSettings keys(ServerSettings settings) throws AccessException {
    List<Path> paths = new ArrayList<>();
    if (keyFile != null) {
      paths.add(keyFile);
    }
    if (readOnlyKeyFile != null) {
      paths.add(readOnlyKeyFile);
    }
    String used = FileWatch.fingerprint(paths);
    SharedKeys keys = readKeys();
    if (keys.isEmpty()) {
      return settings;
    }
    CallerCheck check = new CallerCheck(keys, Clock.systemUTC());
    callers = check;
    if (!paths.isEmpty()) {
      watched.add(
          () -> FileWatch.start("the shared keys", paths, used, () -> check.use(readKeys())));
    }
    return settings.withCallers(check);
  }

  /** Returns the certificate and the authorities that {@link #apply} has read; null if none. */
  @Nullable TlsFiles tlsFiles() {
    return tlsFiles;
  }

  /** Returns the check of tokens with the keys that {@link #apply} has read; null if none. */
  @Nullable CallerCheck callers() {
    return callers;
  }

  /** Starts to reload the files when they change. */
  void watch() {
    watched.forEach(start -> watches.add(start.get()));
  }

  private SharedKeys readKeys() throws AccessException {
    return read(keyFile, KEY, false).and(read(readOnlyKeyFile, READ_ONLY_KEY, true));
  }

  private SharedKeys read(@Nullable Path file, String variable, boolean readOnly)
      throws AccessException {
    if (file != null) {
      return SharedKeys.read(file, readOnly);
    }
    String value = environment.get(variable);
    return value == null || value.isBlank()
        ? SharedKeys.none()
        : SharedKeys.ofVariable(variable, value, readOnly);
  }

  /** Returns whether callers need a certificate or a token. */
  boolean asksCallers() {
    return clientAuthorities != null
        || keyFile != null
        || readOnlyKeyFile != null
        || present(KEY)
        || present(READ_ONLY_KEY);
  }

  private boolean present(String variable) {
    return !environment.getOrDefault(variable, "").isBlank();
  }

  /** Stops watching the files. */
  @Override
  public void close() {
    watches.forEach(FileWatch::close);
  }
}
