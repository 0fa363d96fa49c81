package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.CheckedBackend;
import io.databroker.api.Limits;
import io.databroker.api.Settings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/** In-memory backend whose methods a test can intercept. */
final class Intercepted {
  /** Intercepts a method. */
  interface Before {
    Object call(Callable<Object> method) throws Exception;
  }

  final Backend real;
  final Backend backend;

  private final Map<String, Before> before = new ConcurrentHashMap<>();
  private final Map<String, Long> calls = new ConcurrentHashMap<>();

  private Intercepted(Backend real) {
    this.real = real;
    Object proxy =
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Backend.class},
            (self, method, arguments) -> {
              calls.merge(method.getName(), 1L, Long::sum);
              Callable<Object> call =
                  () -> {
                    try {
                      return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause() instanceof Exception failure ? failure : e;
                    }
                  };
              return before.getOrDefault(method.getName(), Callable::call).call(call);
            });
    backend = CheckedBackend.over((Backend) proxy, Limits.FLOOR);
  }

  /** Opens an intercepted backend through ServiceLoader. */
  static Intercepted open(BackendContext context) {
    try (Discovery discovery = Discovery.of(List.of())) {
      return new Intercepted(discovery.provider("inmemory").open(Settings.defaults(), context));
    }
  }

  /** Returns another handle of an open store. */
  static Intercepted over(Backend real) {
    return new Intercepted(real);
  }

  void before(String method, Before hook) {
    before.put(method, hook);
  }

  void failing(String method, Throwable failure) {
    before(
        method,
        call -> {
          if (failure instanceof Error error) {
            throw error;
          }
          throw (Exception) failure;
        });
  }

  void working(String method) {
    before.remove(method);
  }

  /** Returns the number of calls of that method. */
  long calls(String method) {
    return calls.getOrDefault(method, 0L);
  }
}
