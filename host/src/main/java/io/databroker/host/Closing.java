package io.databroker.host;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Closes several resources, even if some of them fail. */
final class Closing {
  private Closing() {}

  /** Closes the resources in order, then throws the first failure with the others suppressed. */
  static void all(List<? extends AutoCloseable> resources) {
    @Nullable RuntimeException first = null;
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception | LinkageError | AssertionError e) {
        RuntimeException failure =
            e instanceof RuntimeException unchecked
                ? unchecked
                : new IllegalStateException("closing " + resource + " failed", e);
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
