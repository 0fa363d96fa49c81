package io.databroker.tck.engine;

import io.databroker.api.BackendProvider;
import io.databroker.api.Settings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The backend that is tested.
 *
 * <p><b>Thread-safety:</b> called by one thread at a time.
 */
public interface Subject {

  /** Opens it; the same provider for all tests, or a new one for each. */
  BackendProvider provider();

  /**
   * The settings that open it at a place of its own, which they must do for every directory:
   * opening it twice with the same directory opens the same place. A backend without files may take
   * the directory's name for, say, a schema, or, if it is in memory alone, do without.
   *
   * @param directory a new directory for each test; it is deleted after the test
   */
  default Settings settings(Path directory) {
    return Settings.defaults();
  }

  /**
   * Returns how a child JVM gets the provider, or nothing if it cannot; then crashes and other
   * processes are not tested. By default, a child calls the public constructor of the provider's
   * class.
   */
  default Optional<ChildProvider> inChildJvm() {
    return ChildProvider.of(provider());
  }
}
