package io.databroker.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of commands with two stores: TLS and the key for only one of the two servers. */
final class TwoServersAccess {
  static final String FROM_PREFIX = "DATABROKER_FROM_";
  static final String TO_PREFIX = "DATABROKER_TO_";

  @Option(
      names = "--from-tls-ca",
      paramLabel = "FILE",
      description =
          "Like --tls-ca, but only for the server of --from or of the first STORE."
              + " Or DATABROKER_FROM_TLS_CA.")
  private @Nullable Path fromAuthorities;

  @Option(
      names = "--from-tls-cert",
      paramLabel = "FILE",
      description =
          "Like --tls-cert, but only for the server of --from or of the first STORE."
              + " Or DATABROKER_FROM_TLS_CERT.")
  private @Nullable Path fromCertificate;

  @Option(
      names = "--from-tls-key",
      paramLabel = "FILE",
      description =
          "Like --tls-key, but only for the server of --from or of the first STORE."
              + " Or DATABROKER_FROM_TLS_KEY.")
  private @Nullable Path fromCertificateKey;

  @Option(
      names = "--from-shared-key-file",
      paramLabel = "FILE",
      description = {
        "Like --shared-key-file, but only for the server of --from or of the first STORE.",
        "Or DATABROKER_FROM_SHARED_KEY_FILE, or DATABROKER_FROM_SHARED_KEY."
      })
  private @Nullable Path fromKeyFile;

  @Option(
      names = "--from-plaintext",
      description = "Call that server without TLS, although TLS is set for both.")
  private boolean fromPlaintext;

  @Option(
      names = "--to-tls-ca",
      paramLabel = "FILE",
      description =
          "Like --tls-ca, but only for the server of --to or of the second STORE."
              + " Or DATABROKER_TO_TLS_CA.")
  private @Nullable Path toAuthorities;

  @Option(
      names = "--to-tls-cert",
      paramLabel = "FILE",
      description =
          "Like --tls-cert, but only for the server of --to or of the second STORE."
              + " Or DATABROKER_TO_TLS_CERT.")
  private @Nullable Path toCertificate;

  @Option(
      names = "--to-tls-key",
      paramLabel = "FILE",
      description =
          "Like --tls-key, but only for the server of --to or of the second STORE."
              + " Or DATABROKER_TO_TLS_KEY.")
  private @Nullable Path toCertificateKey;

  @Option(
      names = "--to-shared-key-file",
      paramLabel = "FILE",
      description = {
        "Like --shared-key-file, but only for the server of --to or of the second STORE.",
        "Or DATABROKER_TO_SHARED_KEY_FILE, or DATABROKER_TO_SHARED_KEY."
      })
  private @Nullable Path toKeyFile;

  @Option(
      names = "--to-plaintext",
      description = "Call that server without TLS, although TLS is set for both.")
  private boolean toPlaintext;

  /** Returns the index of the store that an option is for, or -1 if it is not an option for one. */
  static int store(String option) {
    return option.startsWith("--from-") ? 0 : option.startsWith("--to-") ? 1 : -1;
  }

  /** Returns the credentials for the first server. */
  ServerAccess from(ClientAccess both) {
    AccessSource own =
        AccessSource.ofFlags(fromAuthorities, fromCertificate, fromCertificateKey, fromKeyFile);
    return both.oneOfTwo(own, FROM_PREFIX, fromPlaintext);
  }

  /** Returns the credentials for the second server. */
  ServerAccess to(ClientAccess both) {
    AccessSource own =
        AccessSource.ofFlags(toAuthorities, toCertificate, toCertificateKey, toKeyFile);
    return both.oneOfTwo(own, TO_PREFIX, toPlaintext);
  }
}
