package io.databroker.host;

import io.databroker.api.BackendProvider;
import io.databroker.api.Setting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds providers in class loaders, and sorts out those that fail. */
final class ProviderSearch {
  private final List<DiscoveredProvider> found = new ArrayList<>();
  private final List<Broken> broken = new ArrayList<>();
  private boolean foundSomething;

  /** A provider that cannot be used, with the name it would have, if that is known. */
  record Broken(Optional<String> name, String problem) {}

  List<DiscoveredProvider> found() {
    return found;
  }

  List<Broken> broken() {
    return broken;
  }

  /** Whether the last search met any provider, good or broken. */
  boolean foundSomething() {
    return foundSomething;
  }

  /** Looks there; {@code place} is for people to read, where the jar is not known. */
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
          return; // it makes no progress
        }
        lastProblem = problem;
        broken.add(
            new Broken(
                Optional.empty(),
                "a provider from %s cannot be loaded: %s; mend or remove it"
                    .formatted(Origin.ofServiceFile(problem, loader).orElse(place), problem)));
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
    } catch (Throwable e) { // whatever a stranger's code throws
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
            "provider %s%s%s from %s %s; mend or remove it"
                .formatted(
                    type.getName(),
                    known.map(" of backend \"%s\""::formatted).orElse(""),
                    version == null ? "" : " version " + version,
                    source,
                    problem)));
  }
}
