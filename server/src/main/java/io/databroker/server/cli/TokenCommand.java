package io.databroker.server.cli;

import io.databroker.server.auth.TokenSigner;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that signs a token. */
@Command(
    name = "token",
    description = {
      "Prints a token that is signed with the shared key, to sign in to the console.",
      "Until it expires, its holder may do what the key permits. Sign with a read-only",
      "key unless you need more."
    },
    footer = {"", "Example:", "  databroker token --shared-key-file read-only.key --for 8h"})
final class TokenCommand extends ReportingCommand {
  @Mixin private final SigningKey key;

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      defaultValue = "1h",
      description = "How long the token is valid; ${DEFAULT-VALUE} if not given.")
  private Duration validity;

  @SuppressWarnings("NullAway.Init") // picocli sets the options
  TokenCommand(Terminal terminal) {
    super(terminal);
    this.key = new SigningKey(terminal.environment());
  }

  @Override
  int run(Output output) throws Exception {
    TokenSigner signer = key.signer();
    if (signer == null) {
      throw new FailedException("no key to sign with; give --shared-key-file");
    }
    output.line(signer.token(validity));
    return ExitCodes.DONE;
  }
}
