package io.databroker.server;

/**
 * Where the executable jar starts.
 *
 * <p><b>Thread-safety:</b> none; run by one thread.
 */
public final class Databroker {
  private Databroker() {}

  /** Not yet more than a place for the command line. */
  public static void main(String[] args) {
    System.err.println("databroker " + Databroker.class.getPackage().getImplementationVersion());
    System.exit(2);
  }
}
