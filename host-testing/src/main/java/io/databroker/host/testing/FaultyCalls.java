package io.databroker.host.testing;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.ChangeFeed;
import io.databroker.host.testing.Faults.Fault;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Passes the calls of a backend on, and fails those that a test chose. */
final class FaultyCalls implements InvocationHandler {
  private final Backend backend;
  private final Faults faults;

  private FaultyCalls(Backend backend, Faults faults) {
    this.backend = backend;
    this.faults = faults;
  }

  static Backend over(Backend backend, Faults faults) {
    return (Backend)
        Proxy.newProxyInstance(
            FaultyCalls.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            new FaultyCalls(backend, faults));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments)
      throws Throwable {
    Call call = Call.of(method.getName());
    Fault fault = call == null ? null : faults.begin(call);
    if (fault != null && !fault.applied()) {
      throw fault.error().get();
    }
    Object answer;
    try {
      answer = method.invoke(backend, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (fault != null) {
      if (answer instanceof AutoCloseable open) {
        open.close();
      }
      throw fault.error().get();
    }
    if (answer instanceof BackendState) {
      BackendState state = faults.state();
      return state == null ? answer : state;
    }
    return answer instanceof ChangeFeed feed ? new FaultyFeed(feed, faults) : answer;
  }
}
