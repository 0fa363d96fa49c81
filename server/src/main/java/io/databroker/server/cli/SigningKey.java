package io.databroker.server.cli;

import io.databroker.server.auth.AccessException;
import io.databroker.server.auth.SharedKeys;
import io.databroker.server.auth.TokenSigner;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Option that names the shared key with which tokens are signed. */
final class SigningKey {
  private static final String KEY = "DATABROKER_SHARED_KEY";
  private static final String KEY_FILE = "DATABROKER_SHARED_KEY_FILE";

  static final Set<String> VARIABLES = Set.of(KEY, KEY_FILE);

  private final Map<String, String> environment;

  @Option(
      names = "--shared-key-file",
      paramLabel = "FILE",
      description = {
        "Sign calls with the first key in this file.",
        "DATABROKER_SHARED_KEY_FILE may name it, or DATABROKER_SHARED_KEY hold the key."
      })
  private @Nullable Path file;

  SigningKey(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Returns a signer with the key, or null if none is given. */
  @Nullable TokenSigner signer() throws FailedException {
    try {
      byte[] key = keys().first();
      return key == null ? null : new TokenSigner(key, Clock.systemUTC());
    } catch (AccessException e) {
      throw new FailedException(String.valueOf(e.getMessage()));
    }
  }

  private SharedKeys keys() throws AccessException {
    if (file != null) {
      return SharedKeys.read(file, false);
    }
    String key = environment.getOrDefault(KEY, "");
    if (!key.isBlank()) {
      return SharedKeys.ofVariable(KEY, key, false);
    }
    String named = environment.getOrDefault(KEY_FILE, "");
    return named.isBlank() ? SharedKeys.none() : SharedKeys.read(Path.of(named), false);
  }
}
