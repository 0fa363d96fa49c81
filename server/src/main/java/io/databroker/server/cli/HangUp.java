package io.databroker.server.cli;

import io.databroker.server.log.Logging;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Handler of SIGHUP. The JDK has no public type for signals, so that its unsupported one is used by
 * reflection; where it is missing, or the system has no such signal, nothing is handled.
 */
final class HangUp {
  private HangUp() {}

  /** Runs the task at each SIGHUP, one run after another. */
  static void handle(Runnable task, Logging log) {
    Object turn = new Object();
    Runnable alone =
        () -> {
          synchronized (turn) {
            task.run();
          }
        };
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              HangUp.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  alone.run();
                  return null;
                }
                return method.invoke(turn, arguments); // equals, hashCode, toString
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
