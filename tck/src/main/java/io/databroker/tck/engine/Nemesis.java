package io.databroker.tck.engine;

import java.nio.file.Path;

/**
 * Fault of a backend's engine that the kit injects and heals while clients work: a process that is
 * killed or stopped, a connection that is cut, a full disk.
 *
 * <p><b>Thread-safety:</b> the kit calls it from one thread at a time.
 */
public interface Nemesis {
  /** Returns a short name for reports. */
  String name();

  /**
   * Injects the fault.
   *
   * @param directory the directory that the backend's settings were given; it may not exist
   * @throws Exception if the fault cannot be injected; the test is then inconclusive
   */
  void inject(Path directory) throws Exception;

  /**
   * Heals the fault; called after each injection, also after one that failed.
   *
   * @param directory the directory that the backend's settings were given; it may not exist
   * @throws Exception if the fault cannot be healed; the test is then inconclusive
   */
  void heal(Path directory) throws Exception;
}
