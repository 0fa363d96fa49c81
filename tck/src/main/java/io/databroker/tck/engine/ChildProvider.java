package io.databroker.tck.engine;

import io.databroker.api.BackendProvider;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Optional;

/**
 * Source of the provider under test, for a child JVM.
 *
 * @param type the class of the provider, or of a {@link ProviderSource} that creates it
 * @param words the arguments of the source
 */
public record ChildProvider(String type, List<String> words) {
  /** Copies the list. */
  public ChildProvider {
    words = List.copyOf(words);
  }

  /** Returns the source of a provider whose class a child can create, or nothing. */
  public static Optional<ChildProvider> of(BackendProvider provider) {
    Class<?> type = provider.getClass();
    boolean creatable = !type.isAnonymousClass() && !type.isLocalClass();
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (creatable
          && constructor.getParameterCount() == 0
          && Modifier.isPublic(constructor.getModifiers())) {
        return Optional.of(new ChildProvider(type.getName(), List.of()));
      }
    }
    return Optional.empty();
  }

  /** Creates the provider in this JVM. */
  public BackendProvider create() throws ReflectiveOperationException {
    Constructor<?> constructor = Class.forName(type).getDeclaredConstructor();
    constructor.setAccessible(true);
    Object created = constructor.newInstance();
    return created instanceof ProviderSource source
        ? source.provider(words)
        : (BackendProvider) created;
  }
}
