package io.databroker.tck.engine;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sets the provider's class loader as the thread's context class loader during a call, as the host
 * does: libraries such as JDBC's DriverManager search there for their classes.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class ProviderLoader {
  private ProviderLoader() {}

  /** Returns the result of the call. */
  public static <T extends @Nullable Object> T call(Object provider, Supplier<T> call) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(provider.getClass().getClassLoader());
    try {
      return call.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
