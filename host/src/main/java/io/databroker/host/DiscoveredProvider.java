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
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A provider that can be chosen by its name.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
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

  /** The name by which a configuration chooses it. */
  public String name() {
    return name;
  }

  /** The version of the implementation, for people to read. */
  public String version() {
    return version;
  }

  /** The jar or folder that it came from. */
  public String source() {
    return source;
  }

  /** The settings that it understands; unmodifiable. */
  public List<Setting<?>> settings() {
    return settings;
  }

  /**
   * What a backend opened with these settings can do; unmodifiable.
   *
   * @throws OpenFailedException if the provider fails to say
   */
  public Set<Capability> capabilities(Settings values) {
    return Set.copyOf(ask("its capabilities", () -> provider.capabilities(values)));
  }

  /**
   * What a backend opened with these settings accepts; at least {@link Limits#FLOOR}.
   *
   * @throws OpenFailedException if the provider fails to say, or declares less
   */
  public Limits limits(Settings values) {
    Limits limits = ask("its limits", () -> provider.limits(values));
    if (!limits.meetsFloor()) {
      throw new OpenFailedException(
          "%s declares %s, less than the floor %s; use a provider that keeps LIMIT-1"
              .formatted(this, limits, Limits.FLOOR),
          null);
    }
    return limits;
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

  /** The provider's name, version and source. */
  @Override
  public String toString() {
    return "backend %s %s from %s".formatted(name, version, source);
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
              ? "a jar is missing from the class path, or from the plugin's folder: add what the backend depends on"
              : "report it to its author";
      throw new OpenFailedException(
          "%s failed to give %s (%s); %s".formatted(this, what, e, remedy), e);
    }
    if (answer == null) {
      throw new OpenFailedException(
          "%s gave null for %s; report it to its author".formatted(this, what), null);
    }
    return answer;
  }

  /** One that is there and fails to begin has another cause. */
  private static boolean isMissingClass(Throwable e) {
    return e instanceof NoClassDefFoundError && e.getCause() instanceof ClassNotFoundException;
  }
}
