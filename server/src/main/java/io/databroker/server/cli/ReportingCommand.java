package io.databroker.server.cli;

import io.databroker.server.log.Logging;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Command that logs nothing, because it reports its failures itself. */
abstract class ReportingCommand implements Callable<Integer> {
  final Terminal terminal;

  /** This command as picocli knows it; for usage errors. */
  @Spec CommandSpec declared;

  @SuppressWarnings("NullAway.Init") // picocli sets the declaration
  ReportingCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public final Integer call() throws Exception {
    Logging.silence();
    try (Output output = terminal.output()) {
      return run(output);
    } catch (StatusRuntimeException e) {
      throw new FailedException(message(e));
    }
  }

  /** Runs the command, and returns its exit code. */
  abstract int run(Output output) throws Exception;

  /** Returns the message for the user about a failed call. */
  String message(StatusRuntimeException error) {
    return ServerErrors.told(error);
  }

  /** Returns a usage error. */
  final ParameterException usage(String problem) {
    return new ParameterException(declared.commandLine(), problem);
  }
}
