package io.databroker.host.query;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.CheckedBackend;
import io.databroker.api.FieldExtractor;
import io.databroker.api.Limits;
import io.databroker.api.Settings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** An in-memory backend that runs a hook before each call. */
public final class HookedBackend implements AutoCloseable {
  /** The backend itself. */
  public final Backend bare;

  /** Returns the backend with the hook before each call, recording the calls. */
  public final Backend hooked;

  public final List<String> calls = new CopyOnWriteArrayList<>();

  /** Runs with the method's name, on the calling thread. */
  public volatile Consumer<String> hook = method -> {};

  public HookedBackend(FieldExtractor extractor) {
    BackendProvider provider =
        ServiceLoader.load(BackendProvider.class).stream()
            .filter(each -> each.type().getName().startsWith("io.databroker.inmemory."))
            .findFirst()
            .orElseThrow()
            .get();
    bare =
        CheckedBackend.over(
            provider.open(Settings.defaults(), BackendContext.standard().withExtractor(extractor)),
            Limits.FLOOR);
    hooked =
        (Backend)
            Proxy.newProxyInstance(
                HookedBackend.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (proxy, method, arguments) -> {
                  String name = method.getName();
                  calls.add(name.equals("snapshot") ? arguments[0].toString() : name);
                  hook.accept(name);
                  try {
                    return method.invoke(bare, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  @Override
  public void close() {
    bare.close();
  }
}
