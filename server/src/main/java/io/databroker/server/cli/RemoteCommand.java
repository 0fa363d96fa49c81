package io.databroker.server.cli;

import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that calls a server. */
abstract class RemoteCommand extends ReportingCommand {
  /** Variable that names the default server. */
  static final String SERVER = "DATABROKER_SERVER";

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

  private @Nullable Connection connection;

  @SuppressWarnings("NullAway.Init") // picocli sets the option
  RemoteCommand(Terminal terminal) {
    super(terminal);
    this.access = new ClientAccess(terminal.environment());
  }

  @Override
  final int run(Output output) throws Exception {
    try (Connection opened = new Connection(server, access.server())) {
      connection = opened;
      ask(opened, output);
      return ExitCodes.DONE;
    }
  }

  @Override
  final String message(StatusRuntimeException error) {
    Connection opened = connection;
    return ServerErrors.message(
        error, server, access.server(), opened != null && opened.isAnswered());
  }

  abstract void ask(Connection connection, Output output) throws Exception;
}
