package lib;

/** Library of the host; plugins bring another version of it. */
public final class Version {
  public static final String TEXT = new String("host");

  private Version() {}
}
