package io.databroker.tck.run;

import java.io.PrintStream;

/** Runs the command line in this JVM. */
public final class MainAccess {
  private MainAccess() {}

  public static int run(PrintStream out, String... arguments) {
    return run(out, System.err, arguments);
  }

  public static int run(PrintStream out, PrintStream err, String... arguments) {
    return Main.run(out, err, arguments);
  }
}
