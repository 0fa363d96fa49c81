package io.databroker.server.cli;

import io.databroker.server.log.Logging;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Handler of SIGHUP. The JDK has no public type for signals, so this class uses the unsupported one
 * by reflection. Without that type, or on a system without SIGHUP, it handles nothing.
 */
final class HangUp {
  private HangUp() {}

  /**
   * Returns a task that runs this one, one run after another. A call does nothing while an earlier
   * call waits for its run, because that run begins later than this call.
   */
  static Runnable oneAtATime(Runnable task) {
    Object turn = new Object();
    AtomicBoolean waits = new AtomicBoolean();
    return () -> {
      if (!waits.getAndSet(true)) {
        synchronized (turn) {
          waits.set(false);
          task.run();
        }
      }
    };
  }

  /** Runs the task after each SIGHUP, once for several that come at a time. */
  static void handle(Runnable task, Logging log) {
    Runnable handling = oneAtATime(task);
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              HangUp.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  handling.run();
                  return null;
                }
                return method.invoke(handling, arguments); // equals, hashCode, toString
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
    } catch (InvocationTargetException e) {
      log.event("SIGHUP is not handled: " + e.getCause());
    } catch (ReflectiveOperationException e) {
      log.event("SIGHUP is not handled: " + e);
    }
  }
}
