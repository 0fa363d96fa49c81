package io.databroker.tck.reference;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import io.databroker.tck.engine.Nemesis;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens reference backends whose engine can go away. Meanwhile calls fail: most were not applied,
 * and of some writes the outcome is unknown.
 */
class AwayProvider extends ReferenceProvider implements Nemesis {
  /** Methods that need no engine. */
  private static final Set<String> LOCAL =
      Set.of("close", "counters", "toString", "hashCode", "equals");

  private final AtomicInteger calls = new AtomicInteger();
  protected volatile boolean away;
  protected volatile boolean wasAway;

  @Override
  public String name() {
    return "away";
  }

  @Override
  public void inject(Path directory) {
    away = true;
    wasAway = true;
  }

  @Override
  public void heal(Path directory) {
    away = false;
  }

  /** Calls the engine. */
  interface Engine {
    Object call() throws Throwable;
  }

  /** Answers a call while the engine is away. */
  protected Object answer(Method method, Engine engine) throws Throwable {
    if (method.getName().equals("put") && calls.incrementAndGet() % 3 == 0) {
      if (calls.get() % 2 == 0) {
        engine.call();
      }
      throw new OutcomeUnknownException("the connection was lost", null);
    }
    throw new UnavailableException("the engine is away", null);
  }

  /** Returns the state while the engine is away. */
  protected BackendState stateWhileAway() {
    return BackendState.unavailable(BackendState.Reason.ENGINE_AWAY, "the engine is away");
  }

  /** Returns whether the engine is away. */
  protected boolean isAway() {
    return away;
  }

  /** Opens the backend behind the engine. */
  protected ReferenceBackend right(Store store, BackendContext context) {
    return new ReferenceBackend(store, context);
  }

  @Override
  protected Backend backend(Store store, BackendContext context) {
    Backend right = right(store, context);
    return (Backend)
        Proxy.newProxyInstance(
            AwayProvider.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              Engine engine =
                  () -> {
                    try {
                      return method.invoke(right, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  };
              if (isAway() && method.getName().equals("state")) {
                return stateWhileAway();
              }
              return isAway() && !LOCAL.contains(method.getName())
                  ? answer(method, engine)
                  : engine.call();
            });
  }
}
