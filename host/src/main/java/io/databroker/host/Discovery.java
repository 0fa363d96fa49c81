package io.databroker.host;

import io.databroker.api.BackendProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Finds backend providers by ServiceLoader: on the class path, on the module path, and in plugins.
 * A plugin is a jar or a folder of jars. It has its own class loader, which shares only the API and
 * the JDK with the host. Hidden files of such a folder are ignored.
 *
 * <p>A provider that is broken, has no name, or shares its name with another is listed as a problem
 * and cannot be chosen. The other providers stay usable.
 */
public final class Discovery implements AutoCloseable {
  private final List<String> problems = new ArrayList<>();
  private final Map<String, DiscoveredProvider> usable = new TreeMap<>();
  private final Map<String, String> unusable = new TreeMap<>();

  private Discovery(ClassLoader host, List<Plugin> plugins) {
    ProviderSearch search = new ProviderSearch();
    search.in(host, "class path");
    for (Plugin plugin : plugins) {
      search.in(plugin.loader(), plugin.path().toString());
      if (!search.foundSomething()) {
        problems.add(
            String.format(
                Locale.ROOT,
                "plugin %s has no %s; add a file in META-INF/services that names one",
                plugin.path(),
                BackendProvider.class.getName()));
      }
    }
    for (ProviderSearch.Broken broken : search.broken()) {
      problems.add(broken.problem());
      broken.name().ifPresent(name -> unusable.merge(name, broken.problem(), Discovery::joined));
    }
    search.found().stream()
        .collect(Collectors.groupingBy(DiscoveredProvider::name, TreeMap::new, Collectors.toList()))
        .forEach(this::add);
  }

  /**
   * Searches the class path, the module path and these plugins. Close the result after everything
   * that was opened from it.
   *
   * @throws ConfigurationException if a plugin path is not a jar or a folder of jars; the message
   *     lists all such paths
   */
  public static Discovery of(List<Path> plugins) {
    return of(Objects.requireNonNull(Discovery.class.getClassLoader()), plugins);
  }

  static Discovery of(ClassLoader host, List<Path> plugins) {
    return new Discovery(host, Plugin.open(plugins));
  }

  /** Returns the providers that can be chosen, by name; unmodifiable. */
  public List<DiscoveredProvider> providers() {
    return List.copyOf(usable.values());
  }

  /** Returns the providers that cannot be chosen: name, version, jar and reason; unmodifiable. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /**
   * Returns the provider of the given name.
   *
   * @throws ConfigurationException if there is none, or it cannot be chosen; the message lists the
   *     known names or gives the reason
   */
  public DiscoveredProvider provider(String name) {
    DiscoveredProvider provider = usable.get(name);
    if (provider != null) {
      return provider;
    }
    String reason = unusable.get(name);
    if (reason != null) {
      throw new ConfigurationException(List.of(reason));
    }
    List<String> lines = new ArrayList<>();
    lines.add(String.format(Locale.ROOT, "unknown backend \"%s\"; %s", name, names()));
    // The wanted provider may be one that could not be loaded.
    lines.addAll(problems);
    throw new ConfigurationException(lines);
  }

  /**
   * Ends the use of the found providers; idempotent. The class loader of a plugin stays until the
   * JVM ends, and a later discovery of the same jars uses it again: libraries keep threads and
   * hooks that no close can stop, so a new class loader for each open would leak.
   */
  @Override
  public void close() {}

  /** Describes the known names, for messages. */
  String names() {
    return usable.isEmpty()
        ? "none is known: add one to the class path, or a plugin"
        : "known: " + String.join(", ", usable.keySet());
  }

  private static String joined(String problem, String another) {
    return problem + "; " + another;
  }

  private void add(String name, List<DiscoveredProvider> sameName) {
    String broken = unusable.get(name);
    if (sameName.size() == 1 && broken == null) {
      usable.put(name, sameName.get(0));
      return;
    }
    String problem =
        String.format(
            Locale.ROOT,
            "backend \"%s\" is offered more than once: %s; keep one",
            name,
            sameName.stream()
                .map(
                    one ->
                        String.format(
                            Locale.ROOT, "version %s from %s", one.version(), one.source()))
                .collect(Collectors.joining(", ")));
    if (sameName.size() > 1) {
      problems.add(problem);
    }
    unusable.merge(name, problem, Discovery::joined);
  }
}
