package io.databroker.host;

import io.databroker.api.BackendProvider;
import io.databroker.api.Setting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds providers in class loaders and separates the broken ones. */
final class ProviderSearch {
  private final List<DiscoveredProvider> found = new ArrayList<>();
  private final List<Broken> broken = new ArrayList<>();
  private boolean foundSomething;

  /** Provider that cannot be used, with its name if that is known. */
  record Broken(Optional<String> name, String problem) {}

  List<DiscoveredProvider> found() {
    return found;
  }

  List<Broken> broken() {
    return broken;
  }

  /** Returns whether the last search found any provider, usable or broken. */
  boolean foundSomething() {
    return foundSomething;
  }

  /** Searches a class loader; messages name {@code place} if the jar is not known. */
  void in(ClassLoader loader, String place) {
    foundSomething = false;
    Iterator<ServiceLoader.Provider<BackendProvider>> providers =
        ServiceLoader.load(BackendProvider.class, loader).stream().iterator();
    @Nullable String lastProblem = null;
    while (true) {
      try {
        if (!providers.hasNext()) {
          return;
        }
        foundSomething = true;
        check(providers.next(), place);
      } catch (ServiceConfigurationError | LinkageError e) {
        foundSomething = true;
        String problem = e.toString();
        if (problem.equals(lastProblem)) {
          return; // the iterator makes no progress
        }
        lastProblem = problem;
        broken.add(
            new Broken(
                Optional.empty(),
                String.format(
                    Locale.ROOT,
                    "a provider from %s cannot be loaded: %s; repair or remove it",
                    Origin.ofServiceFile(problem, loader).orElse(place),
                    problem)));
      }
    }
  }

  private void check(ServiceLoader.Provider<BackendProvider> candidate, String place) {
    Class<? extends BackendProvider> type = candidate.type();
    String source = Origin.of(type).orElse(place);
    @Nullable String name = null;
    @Nullable String version = null;
    try {
      ClassLoader loader = type.getClassLoader();
      BackendProvider provider = ContextLoader.with(loader, candidate);
      name = ContextLoader.with(loader, provider::name);
      version = ContextLoader.with(loader, provider::version);
      List<Setting<?>> settings = List.copyOf(ContextLoader.with(loader, provider::settings));
      Optional<String> problem = problemWith(name, version, settings);
      if (problem.isEmpty()) {
        found.add(new DiscoveredProvider(name, version, source, settings, provider));
      } else {
        reject(type, name, version, source, problem.get());
      }
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) { // a provider may throw anything
      Throwable cause =
          e instanceof ServiceConfigurationError && e.getCause() != null ? e.getCause() : e;
      reject(type, name, version, source, "failed: " + cause);
    }
  }

  private static Optional<String> problemWith(
      @Nullable String name, @Nullable String version, List<Setting<?>> settings) {
    if (name == null || name.isBlank()) {
      return Optional.of("has no name");
    }
    if (version == null) {
      return Optional.of("has no version");
    }
    Set<String> names = new HashSet<>();
    for (Setting<?> setting : settings) {
      if (setting.name().isBlank()) {
        return Optional.of("has a setting without a name");
      }
      if (!names.add(setting.name())) {
        return Optional.of("has two settings named " + setting.name());
      }
    }
    return Optional.empty();
  }

  private void reject(
      Class<?> type,
      @Nullable String name,
      @Nullable String version,
      String source,
      String problem) {
    Optional<String> known = Optional.ofNullable(name).filter(text -> !text.isBlank());
    broken.add(
        new Broken(
            known,
            String.format(
                Locale.ROOT,
                "provider %s%s%s from %s %s; repair or remove it",
                type.getName(),
                known.map(text -> " of backend \"" + text + "\"").orElse(""),
                version == null ? "" : " version " + version,
                source,
                problem)));
  }
}
