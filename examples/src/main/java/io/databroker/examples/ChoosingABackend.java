package io.databroker.examples;

import io.databroker.api.Setting;
import io.databroker.api.Settings;
import io.databroker.host.BackendConfig;
import io.databroker.host.ConfigurationException;
import io.databroker.host.Databroker;
import io.databroker.host.DiscoveredProvider;
import io.databroker.host.Discovery;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Lists the backends, also those of plugins in the arguments, and shows a configuration error. */
final class ChoosingABackend {
  private ChoosingABackend() {}

  public static void main(String[] args) {
    List<Path> plugins = Arrays.stream(args).map(Path::of).toList();
    try (Discovery discovery = Discovery.of(plugins)) {
      for (DiscoveredProvider provider : discovery.providers()) {
        System.out.println(provider.name() + " " + provider.capabilities(Settings.defaults()));
        for (Setting<?> setting : provider.settings()) {
          System.out.println("  " + setting.name() + ": " + setting.help());
        }
      }
      discovery.problems().forEach(System.out::println);
    }

    // The error lists all problems together, and nothing is opened.
    Databroker.Builder builder =
        Databroker.builder()
            .backend(BackendConfig.of("inmemory").with("colour", "blue"))
            .backend("archive", BackendConfig.of("of-heap"));
    plugins.forEach(builder::plugin);
    try (Databroker broker = builder.open()) {
      System.out.println(broker.backend().listTypes());
    } catch (ConfigurationException e) {
      e.problems().forEach(System.out::println);
    }
  }
}
