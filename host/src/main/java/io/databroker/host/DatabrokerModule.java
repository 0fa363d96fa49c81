package io.databroker.host;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.name.Names;
import com.google.inject.util.Types;
import io.databroker.api.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Guice module that binds a running host: {@link Databroker}, and for its unnamed backend {@link
 * Backend}, {@link LeaseKeeper} and {@link OpenedBackend}. A named backend has the same bindings
 * with {@code @Named}. {@link #withRecords} adds typed views. The caller that opened the host
 * closes it; the injector does not.
 */
public final class DatabrokerModule extends AbstractModule {
  private final Databroker broker;
  private final List<View<?>> views;

  private DatabrokerModule(Databroker broker, List<View<?>> views) {
    this.broker = broker;
    this.views = views;
  }

  private record View<T>(String backend, Class<T> values, TypedRecords<T> records) {}

  /** Returns a module that binds that host and its backends. */
  public static DatabrokerModule of(Databroker broker) {
    return new DatabrokerModule(Objects.requireNonNull(broker, "broker"), List.of());
  }

  /**
   * Returns a module that also binds {@code TypedRecords<T>}: the records of a type in the unnamed
   * backend.
   *
   * @param values class of the values; each class can be bound once per backend
   * @throws IllegalArgumentException if the host has no unnamed backend, or the class is bound
   */
  public <T> DatabrokerModule withRecords(String type, Class<T> values, Codec<T> codec) {
    return withRecords(Databroker.Builder.UNNAMED, type, values, codec);
  }

  /**
   * Returns a module that also binds {@code @Named(backend) TypedRecords<T>}: the records of a type
   * in a named backend.
   *
   * @param values class of the values; each class can be bound once per backend
   * @throws IllegalArgumentException if the host has no such backend, or the class is bound
   */
  public <T> DatabrokerModule withRecords(
      String backend, String type, Class<T> values, Codec<T> codec) {
    Objects.requireNonNull(values, "values");
    if (views.stream().anyMatch(it -> it.backend.equals(backend) && it.values == values)) {
      throw new IllegalArgumentException(
          "TypedRecords<"
              + values.getSimpleName()
              + "> is bound already; give each record type its own class");
    }
    Backend opened = broker.opened(backend).backend();
    List<View<?>> more = new ArrayList<>(views);
    more.add(new View<>(backend, values, new TypedRecords<>(opened, type, codec)));
    return new DatabrokerModule(broker, List.copyOf(more));
  }

  @Override
  protected void configure() {
    bind(Databroker.class).toInstance(broker);
    for (String name : broker.names()) {
      OpenedBackend opened = broker.opened(name);
      bind(name, OpenedBackend.class, opened);
      bind(name, Backend.class, opened.backend());
      bind(name, LeaseKeeper.class, opened.leases());
    }
    views.forEach(this::bind);
  }

  private <T> void bind(String name, Class<T> type, T instance) {
    bind(key(name, Key.get(type))).toInstance(instance);
  }

  @SuppressWarnings("unchecked") // the type argument is the class of the view's values
  private <T> void bind(View<T> view) {
    Key<?> key = Key.get(Types.newParameterizedType(TypedRecords.class, view.values));
    bind(key(view.backend, (Key<TypedRecords<T>>) key)).toInstance(view.records);
  }

  private static <T> Key<T> key(String name, Key<T> key) {
    return name.equals(Databroker.Builder.UNNAMED) ? key : key.withAnnotation(Names.named(name));
  }
}
