package io.databroker.tck.run;

import io.databroker.api.BackendProvider;
import io.databroker.tck.engine.ProviderSource;
import java.nio.file.Path;
import java.util.List;

/** Loads a provider from plugins: the words are its name and the paths. */
public final class PluginSource implements ProviderSource {
  /** Does nothing. */
  public PluginSource() {}

  @Override
  public BackendProvider provider(List<String> words) {
    return Plugins.providers(words.stream().skip(1).map(Path::of).toList()).stream()
        .filter(provider -> provider.name().equals(words.get(0)))
        .findFirst()
        .orElseThrow();
  }
}
