package io.databroker.tck.engine;

import io.databroker.api.BackendProvider;
import io.databroker.api.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The backend under test.
 *
 * <p><b>Thread-safety:</b> called by one thread at a time.
 */
public interface Subject {

  /** Returns the provider: the same for all tests, or a new one for each. */
  BackendProvider provider();

  /**
   * Returns settings that open a separate store for each directory; opening twice with the same
   * directory opens the same store. A backend without files may use the directory's name, for
   * example as a schema; one in memory alone may ignore it.
   *
   * @param directory a new directory for each test; it is deleted after the test
   */
  default Settings settings(Path directory) {
    return Settings.defaults();
  }

  /**
   * Returns the source of the provider for a child JVM; nothing if there is none, so that crashes
   * and other processes are not tested. By default, a child calls the public constructor of the
   * provider's class.
   */
  default Optional<ChildProvider> inChildJvm() {
    return ChildProvider.of(provider());
  }

  /** Returns the faults of the backend's engine that the kit injects; none by default. */
  default List<Nemesis> faults() {
    return List.of();
  }
}
