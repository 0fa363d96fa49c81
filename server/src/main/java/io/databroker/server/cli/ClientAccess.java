package io.databroker.server.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of commands that call a server: TLS, and the key that signs calls. */
final class ClientAccess {
  /** Names of the options. */
  static final Set<String> OPTIONS =
      Set.of("--tls-ca", "--tls-cert", "--tls-key", "--shared-key-file");

  private final Map<String, String> environment;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "Connect with TLS, and trust these authorities, in PEM. Or DATABROKER_TLS_CA.")
  private @Nullable Path authorities;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Your certificate, if the server asks for one. Or DATABROKER_TLS_CERT.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Your certificate's private key. Or DATABROKER_TLS_KEY.")
  private @Nullable Path key;

  @Mixin private final SigningKey signing;

  ClientAccess(Map<String, String> environment) {
    this.environment = environment;
    this.signing = new SigningKey(environment);
  }

  /** Returns the source with the values of the flags. */
  AccessSource flags() {
    return AccessSource.ofFlags(authorities, certificate, key, signing.file());
  }

  /** Returns the credentials for the only server of a command. */
  ServerAccess server() {
    return new ServerAccess(List.of(flags(), variables(AccessSource.PREFIX)), false);
  }

  /**
   * Returns the credentials for one of two servers. Flags for this server win over the flags for
   * both, and variables for this server over the variables for both.
   *
   * @param prefix the prefix of its own variables
   */
  ServerAccess oneOfTwo(AccessSource own, String prefix, boolean plaintext) {
    return new ServerAccess(
        List.of(own, flags(), variables(prefix), variables(AccessSource.PREFIX)), plaintext);
  }

  private AccessSource variables(String prefix) {
    return AccessSource.ofVariables(environment, prefix);
  }
}
