package io.databroker.host;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs code with another thread context class loader: libraries look there for what is theirs. */
final class ContextLoader {
  private ContextLoader() {}

  static <T extends @Nullable Object> T with(ClassLoader loader, Supplier<T> code) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return code.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
