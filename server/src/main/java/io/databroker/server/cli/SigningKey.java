package io.databroker.server.cli;

import io.databroker.server.auth.TokenSigner;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Option that names the shared key with which tokens are signed. */
final class SigningKey {
  private final Map<String, String> environment;

  @Option(
      names = "--shared-key-file",
      paramLabel = "FILE",
      description = {
        "Sign calls with the first key in this file.",
        "DATABROKER_SHARED_KEY_FILE may name it, or DATABROKER_SHARED_KEY may hold the key."
      })
  private @Nullable Path file;

  SigningKey(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Returns the file that the flag names. */
  @Nullable Path file() {
    return file;
  }

  /** Returns a signer with the key, or null if none is given. */
  @Nullable TokenSigner signer() throws FailedException {
    AccessSource flag = AccessSource.ofFlags(null, null, null, file);
    AccessSource variables = AccessSource.ofVariables(environment, AccessSource.PREFIX);
    return new ServerAccess(List.of(flag, variables), false).signer();
  }
}
