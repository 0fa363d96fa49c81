package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.DatabrokerException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The running host: the backends of one configuration, open until this is closed.
 *
 * <pre>{@code
 * try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
 *   Guice.createInjector(DatabrokerModule.of(broker), ...);
 * }
 * }</pre>
 *
 * <p><b>Thread-safety:</b> any thread may use it, {@link #close} included.
 */
public final class Databroker implements AutoCloseable {
  private final Map<String, OpenedBackend> backends;
  private final List<AutoCloseable> closing;
  private final AtomicBoolean closed = new AtomicBoolean();

  Databroker(Map<String, OpenedBackend> backends, List<AutoCloseable> closing) {
    this.backends = backends;
    this.closing = closing;
  }

  /** Collects a configuration. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The backend that the configuration gave no name.
   *
   * @throws IllegalArgumentException if it gave every one a name
   */
  public Backend backend() {
    return opened(Builder.UNNAMED).backend();
  }

  /**
   * The backend of that name in the configuration.
   *
   * @throws IllegalArgumentException if there is none, naming those there are
   */
  public Backend backend(String name) {
    return opened(name).backend();
  }

  /** The unnamed backend with what its provider says of it; fails as {@link #backend()}. */
  public OpenedBackend opened() {
    return opened(Builder.UNNAMED);
  }

  /** A backend with what its provider says of it; fails as {@link #backend(String)}. */
  public OpenedBackend opened(String name) {
    OpenedBackend opened = backends.get(name);
    if (opened == null) {
      throw new IllegalArgumentException(
          "no backend \"%s\" was configured; there are %s".formatted(name, names()));
    }
    return opened;
  }

  /** The backends' names in the configuration, the empty one for the unnamed; unmodifiable. */
  public Set<String> names() {
    return backends.keySet();
  }

  /**
   * Closes everything in order: what runs on the backends, the backends, the plugins. Idempotent;
   * whatever fails, the rest is closed, and the first failure thrown.
   */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      Closing.all(closing);
    }
  }

  /**
   * Collects a configuration.
   *
   * <p><b>Thread-safety:</b> none; used by one thread.
   */
  public static final class Builder {
    static final String UNNAMED = "";

    private final Map<String, BackendConfig> backends = new LinkedHashMap<>();
    private final List<Path> plugins = new ArrayList<>();
    private BackendContext context = BackendContext.standard();
    private Duration every = Duration.ofMinutes(1);
    private Duration history = Duration.ofHours(1);

    private Builder() {}

    /** Opens the backend of the provider of that name, with its default settings. */
    public Builder backend(String provider) {
      return backend(BackendConfig.of(provider));
    }

    /** Opens that backend; it is injected as {@code Backend}. */
    public Builder backend(BackendConfig config) {
      return backend(UNNAMED, config);
    }

    /** Opens that backend; it is injected as {@code @Named(name) Backend}. */
    public Builder backend(String name, BackendConfig config) {
      backends.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(config, "config"));
      return this;
    }

    /** Looks for providers there too: a jar, or a folder of jars that belong together. */
    public Builder plugin(Path path) {
      plugins.add(Objects.requireNonNull(path, "path"));
      return this;
    }

    /** The clock, the extraction function and so on; without it, the standard ones. */
    public Builder context(BackendContext other) {
      context = Objects.requireNonNull(other, "context");
      return this;
    }

    /** How often records are expired and history is trimmed; without it, every minute. */
    public Builder housekeepEvery(Duration interval) {
      every = Objects.requireNonNull(interval, "interval");
      return this;
    }

    /** How long changes can be read before they are trimmed; without it, an hour. */
    public Builder keepHistory(Duration length) {
      history = Objects.requireNonNull(length, "length");
      return this;
    }

    /**
     * Opens all of it, or nothing.
     *
     * @throws ConfigurationException naming everything that is wrong with the configuration
     * @throws DatabrokerException if a backend cannot be opened
     */
    public Databroker open() {
      return new Opening(backends, plugins, context, every, history).open();
    }
  }
}
