package io.databroker.server;

import io.databroker.server.cli.DatabrokerCommand;

/**
 * Main class of the executable jar.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class Databroker {
  private Databroker() {}

  /** Runs the command that the arguments name, and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(DatabrokerCommand.run(args));
  }
}
