package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.CheckedBackend;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Limits;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Settings;
import io.databroker.api.SteadyClock;
import io.databroker.host.copy.UnfinishedMark;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens all backends of a configuration, or none. */
final class Opening {
  private static final Logger log = LoggerFactory.getLogger(Databroker.class);

  private final Databroker.Builder given;

  /** Opened resources in closing order: the last opened first. */
  private final Deque<AutoCloseable> closing = new ArrayDeque<>();

  private final Map<String, OptionsKeeper> keepers = new HashMap<>();

  Opening(Databroker.Builder given) {
    this.given = given;
  }

  /** Finds the providers, and parses and checks the settings; opens nothing. */
  void check() {
    try (Discovery discovery = Discovery.of(given.plugins)) {
      var unused = choices(discovery);
    }
  }

  Databroker open() {
    Discovery discovery = Discovery.of(given.plugins);
    closing.push(discovery);
    try {
      discovery.problems().forEach(log::warn);
      Map<String, Choice> choices = choices(discovery);
      HostThreads threads = new HostThreads(given.context.callTimeout());
      closing.push(threads);
      Map<String, OpenedBackend> opened = new LinkedHashMap<>();
      choices.forEach((name, choice) -> opened.put(name, open(name, choice, threads)));
      return new Databroker(
          Collections.unmodifiableMap(opened), Map.copyOf(keepers), List.copyOf(closing));
    } catch (RuntimeException | Error e) {
      try {
        Closing.all(List.copyOf(closing));
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  private record Choice(DiscoveredProvider provider, Settings settings, BackendConfig config) {}

  private Map<String, Choice> choices(Discovery discovery) {
    List<String> problems = new ArrayList<>();
    Map<String, Choice> choices = new LinkedHashMap<>();
    if (given.backends.isEmpty()) {
      problems.add("no backend is configured; " + discovery.names());
    }
    for (String name : given.twice) {
      problems.add(
          (name.isEmpty() ? "the backend without a name" : "backend " + name)
              + " is configured twice; give each backend its own name");
    }
    requirePositive("the housekeeping interval", given.every, problems);
    requirePositive("the history length", given.history, problems);
    given.backends.forEach(
        (name, config) -> {
          try {
            DiscoveredProvider provider = discovery.provider(config.provider());
            String shown = name.isEmpty() ? provider.name() : name;
            int before = problems.size();
            Settings settings =
                new SettingsParser(shown, provider.settings(), problems).parse(config.settings());
            if (problems.size() == before) {
              check(shown, provider, settings, problems);
            }
            choices.put(name, new Choice(provider, settings, config));
          } catch (ConfigurationException e) {
            problems.addAll(e.problems());
          }
        });
    ConfigurationException.throwIfAny(problems.stream().distinct().toList());
    return choices;
  }

  private static void check(
      String shown, DiscoveredProvider provider, Settings settings, List<String> problems) {
    try {
      provider.check(settings);
    } catch (DatabrokerException e) {
      problems.add(String.format(Locale.ROOT, "backend %s: %s", shown, e.problem()));
    }
  }

  private static void requirePositive(String what, Duration value, List<String> problems) {
    if (value.isZero() || value.isNegative()) {
      problems.add(
          String.format(Locale.ROOT, "%s is %s; give more than 0", what, SettingText.of(value)));
    }
  }

  /** Fails if the store holds only a part of a backup or of another store. */
  private static void checkFinished(String name, Backend backend) {
    String unfinished = UnfinishedMark.of(backend);
    if (unfinished != null) {
      throw new OpenFailedException(
          String.format(
              Locale.ROOT,
              "the store of %s %s, or accept the part with \"databroker restore --keep-part\"",
              name,
              unfinished),
          null);
    }
  }

  private OpenedBackend open(String name, Choice choice, HostThreads threads) {
    DiscoveredProvider provider = choice.provider();
    Limits limits = provider.limits(choice.settings());
    Set<Capability> capabilities = provider.capabilities(choice.settings());
    Backend bare = provider.open(choice.settings(), given.context);
    closing.push(() -> provider.close(bare));
    String called = name.isEmpty() ? provider.name() : name;
    Backend checked = CheckedBackend.over(bare, limits);
    Backend backend = given.decorator.decorate(called, checked);
    if (backend != checked) {
      closing.push(() -> provider.close(backend)); // the decorator may hold resources of its own
    }
    if (!given.unfinishedToo) {
      checkFinished(called, backend);
    }

    Executor worker = threads.worker("housekeeping");
    OptionsKeeper options = new OptionsKeeper(backend, choice.config().options(), threads, worker);
    closing.push(options);
    keepers.put(name, options);
    options.start();
    Housekeeping housekeeping =
        new Housekeeping(
            backend,
            capabilities.contains(Capability.SHARED),
            given.context.clock(),
            given.every,
            given.history,
            threads,
            worker);
    closing.push(housekeeping);
    housekeeping.start();
    InstantSource leaseClock =
        capabilities.contains(Capability.TURNABLE_CLOCK)
            ? SteadyClock.of(given.context.clock())::elapsing
            : new PassingTime(System::nanoTime, given.context.clock());
    LeaseKeeper leases =
        new LeaseKeeper(backend, leaseClock, threads, threads.worker("leases"), threads.holders());
    closing.push(leases);

    log.info(
        "opened {}: {}",
        provider,
        capabilities.stream().map(Capability::label).sorted().collect(Collectors.joining(", ")));
    return new OpenedBackend(backend, leases, provider, capabilities, limits);
  }
}
