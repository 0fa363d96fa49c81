package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Limits;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Provider that can be chosen by its name. */
public final class DiscoveredProvider {
  private final String name;
  private final String version;
  private final String source;
  private final List<Setting<?>> settings;
  private final BackendProvider provider;

  DiscoveredProvider(
      String name,
      String version,
      String source,
      List<Setting<?>> settings,
      BackendProvider provider) {
    this.name = name;
    this.version = version;
    this.source = source;
    this.settings = settings;
    this.provider = provider;
  }

  /** Returns the name that selects it in a configuration. */
  public String name() {
    return name;
  }

  /** Returns the version of the implementation, for people to read. */
  public String version() {
    return version;
  }

  /** Returns the jar or folder that it came from. */
  public String source() {
    return source;
  }

  /** Returns its settings; unmodifiable and sorted. */
  public List<Setting<?>> settings() {
    return settings;
  }

  /**
   * Returns the capabilities of a backend with these settings; unmodifiable and sorted.
   *
   * @throws OpenFailedException if the provider fails
   */
  public Set<Capability> capabilities(Settings values) {
    return Collections.unmodifiableSet(
        new TreeSet<>(ask("its capabilities", () -> provider.capabilities(values))));
  }

  /**
   * Returns the limits of a backend with these settings, at least {@link Limits#FLOOR}.
   *
   * @throws OpenFailedException if the provider fails, or declares smaller limits
   */
  public Limits limits(Settings values) {
    Limits limits = ask("its limits", () -> provider.limits(values));
    if (!limits.meetsFloor()) {
      throw new OpenFailedException(
          String.format(
              Locale.ROOT,
              "%s declares %s, less than the floor %s; use a provider that keeps LIMIT-1",
              this,
              limits,
              Limits.FLOOR),
          null);
    }
    return limits;
  }

  /**
   * Checks settings before an open.
   *
   * @throws OpenFailedException if an open with these settings must fail, or the provider fails
   */
  void check(Settings values) {
    var unused =
        ask(
            "a check of its settings",
            () -> {
              provider.check(values);
              return true;
            });
  }

  Backend open(Settings values, BackendContext context) {
    return ask("a backend", () -> provider.open(values, context));
  }

  void close(Backend backend) {
    ContextLoader.with(
        loader(),
        () -> {
          backend.close();
          return true;
        });
  }

  private ClassLoader loader() {
    return provider.getClass().getClassLoader();
  }

  /** Returns name, version and source. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "backend %s %s from %s", name, version, source);
  }

  private <T> T ask(String what, Supplier<@Nullable T> question) {
    @Nullable T answer;
    try {
      answer = ContextLoader.with(loader(), question);
    } catch (DatabrokerException e) {
      throw e;
    } catch (RuntimeException | LinkageError | AssertionError e) {
      String remedy =
          isMissingClass(e)
              ? "a jar is missing from the class path, or from the plugin's folder: add the "
                  + "dependencies of the backend"
              : "report it to its author";
      throw new OpenFailedException(
          String.format(Locale.ROOT, "%s failed to give %s (%s); %s", this, what, e, remedy), e);
    }
    if (answer == null) {
      throw new OpenFailedException(
          String.format(Locale.ROOT, "%s gave null for %s; report it to its author", this, what),
          null);
    }
    return answer;
  }

  /** Distinguishes a missing class from a class whose initializer failed. */
  private static boolean isMissingClass(Throwable e) {
    return e instanceof NoClassDefFoundError && e.getCause() instanceof ClassNotFoundException;
  }
}
