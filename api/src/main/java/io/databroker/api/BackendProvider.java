package io.databroker.api;

import java.util.List;
import java.util.Set;

/**
 * Opens backends of one kind. Registered for {@link java.util.ServiceLoader}, with a public
 * constructor without arguments that does nothing costly.
 *
 * <p><b>Thread-safety:</b> every method may be called by any thread at any time.
 */
public interface BackendProvider {

  /** The name by which a configuration chooses this backend; never blank, never changing. */
  String name();

  /** The version of the implementation, for people to read. */
  String version();

  /** The settings that {@link #open} understands, in the order in which to show them. */
  List<Setting<?>> settings();

  /** What a backend opened with these settings can do; opens nothing (CAPA-1). */
  Set<Capability> capabilities(Settings settings);

  /** What a backend opened with these settings accepts; at least {@link Limits#FLOOR} (LIMIT-1). */
  Limits limits(Settings settings);

  /**
   * Opens a backend. Nothing is left behind when it fails.
   *
   * @param settings valid values, as described by {@link #settings()}
   * @throws OpenFailedException if it cannot be opened: says why and what to do
   */
  Backend open(Settings settings, BackendContext context);
}
