package io.databroker.server.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * TLS files and key for calls to a server, as one source names them: the flags, or the variables of
 * one prefix.
 *
 * @param authorities the trusted authorities
 * @param certificate the certificate of the client
 * @param certificateKey the private key of that certificate
 * @param keyFile the file whose first key signs calls
 * @param keys the content of such a file, in place of it
 * @param keysVariable the variable that holds the keys
 */
record AccessSource(
    @Nullable Path authorities,
    @Nullable Path certificate,
    @Nullable Path certificateKey,
    @Nullable Path keyFile,
    @Nullable String keys,
    String keysVariable) {
  /** Prefix of the variables for every server. */
  static final String PREFIX = "DATABROKER_";

  private static final String CA = "TLS_CA";
  private static final String CERTIFICATE = "TLS_CERT";
  private static final String CERTIFICATE_KEY = "TLS_KEY";
  private static final String KEYS = "SHARED_KEY";
  private static final String KEY_FILE = "SHARED_KEY_FILE";

  /** Returns the source with the values of flags. */
  static AccessSource ofFlags(
      @Nullable Path authorities,
      @Nullable Path certificate,
      @Nullable Path certificateKey,
      @Nullable Path keyFile) {
    return new AccessSource(authorities, certificate, certificateKey, keyFile, null, "");
  }

  /**
   * Returns the source with the values of the variables of a prefix; blank ones count as absent.
   */
  static AccessSource ofVariables(Map<String, String> environment, String prefix) {
    String keys = environment.getOrDefault(prefix + KEYS, "");
    return new AccessSource(
        path(environment, prefix + CA),
        path(environment, prefix + CERTIFICATE),
        path(environment, prefix + CERTIFICATE_KEY),
        path(environment, prefix + KEY_FILE),
        keys.isBlank() ? null : keys,
        prefix + KEYS);
  }

  private static @Nullable Path path(Map<String, String> environment, String variable) {
    String value = environment.getOrDefault(variable, "");
    return value.isBlank() ? null : Path.of(value);
  }

  /** Returns the names of the variables of a prefix. */
  static Set<String> variables(String prefix) {
    return Stream.of(CA, CERTIFICATE, CERTIFICATE_KEY, KEYS, KEY_FILE)
        .map(name -> prefix + name)
        .collect(Collectors.toUnmodifiableSet());
  }
}
