package io.databroker.host;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs code with another thread context class loader, where libraries look for their classes. */
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
