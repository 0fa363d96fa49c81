package io.databroker.host;

import io.databroker.api.BackendProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The providers that ServiceLoader finds on the host's class path and module path, and in plugins:
 * each a jar, or a folder of jars, in a class loader of its own that shares the API and the JDK
 * with the host and nothing else.
 *
 * <p>A provider that is broken, has no name, or shares its name with another is a problem; it
 * cannot be chosen, and hinders no other.
 *
 * <p><b>Thread-safety:</b> any thread may use it.
 */
public final class Discovery implements AutoCloseable {
  private final List<Plugin> plugins;
  private final List<String> problems = new ArrayList<>();
  private final Map<String, DiscoveredProvider> usable = new TreeMap<>();
  private final Map<String, String> unusable = new TreeMap<>();

  private Discovery(ClassLoader host, List<Plugin> plugins) {
    this.plugins = plugins;
    ProviderSearch search = new ProviderSearch();
    search.in(host, "class path");
    for (Plugin plugin : plugins) {
      search.in(plugin.loader(), plugin.path().toString());
      if (!search.foundSomething()) {
        problems.add(
            "plugin %s offers no %s; give one that names it in META-INF/services"
                .formatted(plugin.path(), BackendProvider.class.getName()));
      }
    }
    for (ProviderSearch.Broken broken : search.broken()) {
      problems.add(broken.problem());
      broken.name().ifPresent(name -> unusable.merge(name, broken.problem(), "%s; %s"::formatted));
    }
    search.found().stream()
        .collect(Collectors.groupingBy(DiscoveredProvider::name, TreeMap::new, Collectors.toList()))
        .forEach(this::add);
  }

  /**
   * Looks on the class path, on the module path and in these plugins. Close it when all that was
   * opened from it is closed.
   *
   * @throws ConfigurationException naming every plugin path that is not a jar or a folder of jars
   */
  public static Discovery of(List<Path> plugins) {
    return of(Objects.requireNonNull(Discovery.class.getClassLoader()), plugins);
  }

  static Discovery of(ClassLoader host, List<Path> plugins) {
    return new Discovery(host, Plugin.open(plugins));
  }

  /** What can be chosen, by name; unmodifiable. */
  public List<DiscoveredProvider> providers() {
    return List.copyOf(usable.values());
  }

  /** What was found and cannot be chosen: names, versions and jars, and why; unmodifiable. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /**
   * The provider of that name.
   *
   * @throws ConfigurationException if there is none, listing those there are, or if it cannot be
   *     chosen, saying why
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
    lines.add("unknown backend \"%s\"; %s".formatted(name, names()));
    // What was meant may be what could not be loaded.
    lines.addAll(problems);
    throw new ConfigurationException(lines);
  }

  /** Releases the plugins' class loaders; idempotent. */
  @Override
  public void close() {
    Closing.all(plugins);
  }

  /** For people to read. */
  String names() {
    return usable.isEmpty()
        ? "none is known: put one on the class path or give a plugin"
        : "known: " + String.join(", ", usable.keySet());
  }

  private void add(String name, List<DiscoveredProvider> sameName) {
    String broken = unusable.get(name);
    if (sameName.size() == 1 && broken == null) {
      usable.put(name, sameName.get(0));
      return;
    }
    String problem =
        "backend \"%s\" is offered more than once: %s; keep one"
            .formatted(
                name,
                sameName.stream()
                    .map(one -> "version %s from %s".formatted(one.version(), one.source()))
                    .collect(Collectors.joining(", ")));
    if (sameName.size() > 1) {
      problems.add(problem);
    }
    unusable.merge(name, problem, "%s; %s"::formatted);
  }
}
