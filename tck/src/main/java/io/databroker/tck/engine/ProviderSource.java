package io.databroker.tck.engine;

import io.databroker.api.BackendProvider;
import java.util.List;

/**
 * Creates a provider in a child JVM. An implementation has a public constructor without parameters.
 */
public interface ProviderSource {

  /**
   * Creates the provider.
   *
   * @param words the arguments, from {@link ChildProvider#words()}
   */
  BackendProvider provider(List<String> words);
}
