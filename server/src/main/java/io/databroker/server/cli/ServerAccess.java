package io.databroker.server.cli;

import io.databroker.server.auth.AccessException;
import io.databroker.server.auth.SharedKeys;
import io.databroker.server.auth.TokenSigner;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Credentials for one server, from several sources: the first source that names a file wins. */
final class ServerAccess {
  private final List<AccessSource> sources;
  private final boolean plaintext;

  /**
   * Credentials from these sources.
   *
   * @param plaintext whether to connect without TLS, even if the sources name TLS files
   */
  ServerAccess(List<AccessSource> sources, boolean plaintext) {
    this.sources = List.copyOf(sources);
    this.plaintext = plaintext;
  }

  /** Returns credentials for TLS if certificate authorities are named, else for plain text. */
  ChannelCredentials credentials() throws FailedException {
    if (plaintext) {
      return InsecureChannelCredentials.create();
    }
    Path authorities = null;
    Path certificate = null;
    Path key = null;
    for (AccessSource source : sources) {
      authorities = authorities == null ? source.authorities() : authorities;
      if (certificate == null && key == null) { // a certificate and its key come from one source
        certificate = source.certificate();
        key = source.certificateKey();
      }
    }
    if (authorities == null) {
      if (certificate != null || key != null) {
        throw new FailedException("--tls-cert and --tls-key need --tls-ca");
      }
      return InsecureChannelCredentials.create();
    }
    if ((certificate == null) != (key == null)) {
      throw new FailedException("--tls-cert and --tls-key need each other; give both");
    }
    try {
      TlsChannelCredentials.Builder tls =
          TlsChannelCredentials.newBuilder().trustManager(authorities.toFile());
      if (certificate != null && key != null) {
        tls.keyManager(certificate.toFile(), key.toFile());
      }
      return tls.build();
    } catch (IOException e) {
      throw new FailedException("a certificate or its key cannot be read: " + e.getMessage());
    }
  }

  /** Returns whether {@link #credentials} are for TLS. */
  boolean usesTls() {
    return !plaintext && sources.stream().anyMatch(source -> source.authorities() != null);
  }

  /** Returns an interceptor that signs each call, if there is a key. */
  List<ClientInterceptor> interceptors() throws FailedException {
    TokenSigner signer = signer();
    return signer == null ? List.of() : List.of(signer);
  }

  /** Returns a signer with the key, or null if none is named. */
  @Nullable TokenSigner signer() throws FailedException {
    try {
      for (AccessSource source : sources) {
        byte[] key = keys(source).first();
        if (key != null) {
          return new TokenSigner(key, Clock.systemUTC());
        }
      }
      return null;
    } catch (AccessException e) {
      throw new FailedException(String.valueOf(e.getMessage()));
    }
  }

  private static SharedKeys keys(AccessSource source) throws AccessException {
    if (source.keys() != null) {
      return SharedKeys.ofVariable(source.keysVariable(), source.keys(), false);
    }
    return source.keyFile() == null ? SharedKeys.none() : SharedKeys.read(source.keyFile(), false);
  }
}
