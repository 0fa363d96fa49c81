package io.databroker.server.cli;

import io.databroker.server.auth.TokenSigner;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of commands that call a server: TLS, and the key that signs calls. */
final class ClientAccess {
  private static final String CA = "DATABROKER_TLS_CA";
  private static final String CERTIFICATE = "DATABROKER_TLS_CERT";
  private static final String CERTIFICATE_KEY = "DATABROKER_TLS_KEY";

  /** Variables that commands read which ask a server, beside the one that names it. */
  static final Set<String> VARIABLES = Set.of(CA, CERTIFICATE, CERTIFICATE_KEY);

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

  ClientAccess() {
    this(System.getenv());
  }

  ClientAccess(Map<String, String> environment) {
    this.environment = environment;
    this.signing = new SigningKey(environment);
  }

  /** Returns credentials for TLS if certificate authorities are named, else for plain text. */
  ChannelCredentials credentials() throws FailedException {
    File ca = file(authorities, CA);
    File own = file(certificate, CERTIFICATE);
    File ownKey = file(key, CERTIFICATE_KEY);
    if (ca == null) {
      if (own != null || ownKey != null) {
        throw new FailedException("--tls-cert and --tls-key need --tls-ca");
      }
      return InsecureChannelCredentials.create();
    }
    if ((own == null) != (ownKey == null)) {
      throw new FailedException("--tls-cert and --tls-key need each other; give both");
    }
    try {
      TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder().trustManager(ca);
      if (own != null && ownKey != null) {
        tls.keyManager(own, ownKey);
      }
      return tls.build();
    } catch (IOException e) {
      throw new FailedException("a certificate or its key cannot be read: " + e.getMessage());
    }
  }

  /** Returns an interceptor that signs each call, if there is a key. */
  List<ClientInterceptor> interceptors() throws FailedException {
    TokenSigner signer = signing.signer();
    return signer == null ? List.of() : List.of(signer);
  }

  private boolean present(String variable) {
    return !environment.getOrDefault(variable, "").isBlank();
  }

  private @Nullable File file(@Nullable Path given, String variable) {
    if (given != null) {
      return given.toFile();
    }
    return present(variable) ? new File(environment.getOrDefault(variable, "")) : null;
  }
}
