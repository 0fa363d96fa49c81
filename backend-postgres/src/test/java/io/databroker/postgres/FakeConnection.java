package io.databroker.postgres;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.function.Consumer;
import org.postgresql.PGConnection;

/** Connection without a server, to which the pool may lend calls. */
final class FakeConnection {
  private FakeConnection() {}

  /** Returns a connection that passes the name of each called method on; the receiver may throw. */
  static Connection telling(Consumer<String> called) {
    return (Connection)
        Proxy.newProxyInstance(
            FakeConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class, PGConnection.class},
            (proxy, method, arguments) -> {
              called.accept(method.getName());
              return answer(method);
            });
  }

  private static Object answer(Method method) {
    if (method.getReturnType() == boolean.class) {
      return method.getName().equals("isValid");
    }
    return method.getReturnType() == int.class ? 0 : null;
  }
}
