package io.databroker.server.cli;

import io.databroker.server.log.Logging;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that calls a server. */
abstract class RemoteCommand implements Callable<Integer> {
  /** Variable that names the default server. */
  static final String SERVER = "DATABROKER_SERVER";

  final Terminal terminal;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:" + SERVER + ":-" + Address.DEFAULT + "}",
      description = {
        "The address of the server; ${DEFAULT-VALUE} if not given.",
        SERVER + " names another default."
      })
  private Address server;

  @Mixin private final ClientAccess access;

  @SuppressWarnings("NullAway.Init") // picocli sets the option
  RemoteCommand(Terminal terminal) {
    this.terminal = terminal;
    this.access = new ClientAccess(terminal.environment());
  }

  @Override
  public final Integer call() throws Exception {
    Logging.silence(); // the command reports failures
    try (Connection connection = new Connection(server, access.server());
        Output output = terminal.output()) {
      ask(connection, output);
      return ExitCodes.DONE;
    } catch (StatusRuntimeException e) {
      throw new FailedException(message(e));
    }
  }

  final String message(StatusRuntimeException error) {
    return ServerErrors.message(error, server, access.server());
  }

  abstract void ask(Connection connection, Output output) throws Exception;
}
