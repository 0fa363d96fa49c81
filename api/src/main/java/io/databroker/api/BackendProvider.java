package io.databroker.api;

import java.util.List;
import java.util.Set;

/**
 * Opens backends of one kind. Implementations are registered for {@link java.util.ServiceLoader}
 * and have a public constructor without arguments that does nothing costly.
 *
 * <p><b>Thread-safety:</b> every method may be called by any thread at any time.
 */
public interface BackendProvider {

  /**
   * Returns the name that selects this backend in a configuration: never blank, always the same.
   */
  String name();

  /**
   * Returns the version of the implementation, for people to read.
   *
   * <p>By default it is the {@code Implementation-Version} of the manifest of the provider's jar,
   * the version of its module, or "unknown" where neither is stated.
   */
  default String version() {
    return ImplementationVersion.of(getClass());
  }

  /** Returns the settings that {@link #open} understands, in the order to show them. */
  List<Setting<?>> settings();

  /** Returns the capabilities of a backend with these settings; opens nothing (CAPA-1). */
  Set<Capability> capabilities(Settings settings);

  /**
   * Returns the limits of a backend with these settings, at least {@link Limits#FLOOR} (LIMIT-1).
   */
  Limits limits(Settings settings);

  /**
   * Checks settings for problems that {@link Setting#problemWith} cannot find: values that exclude
   * each other, or that contradict what exists, such as a directory that is a file. A host calls it
   * before {@link #open}, and also alone; {@code open} fails in the same way without it.
   *
   * <p>It changes nothing, opens no connection, and returns soon. By default it finds nothing.
   *
   * @param settings valid values, as described by {@link #settings()}
   * @throws OpenFailedException if an open with these settings must fail; the message says why and
   *     what to do
   */
  default void check(Settings settings) {}

  /**
   * Opens a backend. An open that fails leaves nothing behind (OPEN-1).
   *
   * @param settings valid values, as described by {@link #settings()}
   * @throws OpenFailedException if the backend cannot be opened; the message says why and what to
   *     do
   */
  Backend open(Settings settings, BackendContext context);
}
