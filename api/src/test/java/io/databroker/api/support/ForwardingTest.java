package io.databroker.api.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendProvider;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Snapshot;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Forwarding classes pass on every method, including those with a default body. */
class ForwardingTest {
  private final List<String> reached = new ArrayList<>();

  private <T> T recording(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              reached.add(method.getName());
              return neutral(method.getReturnType());
            }));
  }

  private static Object neutral(Class<?> type) {
    if (type == long.class) {
      return 7L;
    }
    return type == boolean.class ? (Object) true : null;
  }

  private static List<Method> methods(Class<?> type) {
    return Arrays.stream(type.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .toList();
  }

  private static Object call(Method method, Object target) throws ReflectiveOperationException {
    Object[] arguments =
        Arrays.stream(method.getParameterTypes()).map(ForwardingTest::neutral).toArray();
    return method.invoke(target, arguments);
  }

  @Test
  void everyMethodOfABackendIsPassedOnThroughOneMethod() throws ReflectiveOperationException {
    List<String> around = new ArrayList<>();
    Backend backend =
        new ForwardingBackend(recording(Backend.class)) {
          @Override
          protected <T> T call(String method, Supplier<T> call) {
            around.add(method);
            return super.call(method, call);
          }
        };
    for (Method method : methods(Backend.class)) {
      reached.clear();
      around.clear();
      Object answer = call(method, backend);
      assertThat(reached).containsExactly(method.getName());
      assertThat(around).containsExactly(method.getName());
      assertThat(answer).isEqualTo(neutral(method.getReturnType()));
    }
  }

  @Test
  void everyMethodOfAProviderIsPassedOn() throws ReflectiveOperationException {
    assertPassesOn(
        BackendProvider.class, new ForwardingProvider(recording(BackendProvider.class)) {});
  }

  @Test
  void everyMethodOfAFeedIsPassedOn() throws ReflectiveOperationException {
    assertPassesOn(ChangeFeed.class, new ForwardingFeed(recording(ChangeFeed.class)));
  }

  @Test
  void everyMethodOfASnapshotIsPassedOn() throws ReflectiveOperationException {
    assertPassesOn(Snapshot.class, new ForwardingSnapshot(recording(Snapshot.class)));
  }

  private <T> void assertPassesOn(Class<T> type, T forwarding) throws ReflectiveOperationException {
    for (Method method : methods(type)) {
      reached.clear();
      var unused = call(method, forwarding);
      assertThat(reached).containsExactly(method.getName());
    }
  }
}
