package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.DatabrokerException;
import io.databroker.api.TypeOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The running host: owns the open backends of one configuration.
 *
 * <pre>{@code
 * try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
 *   Guice.createInjector(DatabrokerModule.of(broker), ...);
 * }
 * }</pre>
 *
 * <p><b>Thread-safety:</b> any thread may call any method.
 */
public final class Databroker implements AutoCloseable {
  private final Map<String, OpenedBackend> backends;
  private final Map<String, OptionsKeeper> keepers;
  private final List<AutoCloseable> closing;

  /** Held by the closing thread until everything is closed. */
  private final ReentrantLock closeLock = new ReentrantLock();

  private boolean closed;

  Databroker(
      Map<String, OpenedBackend> backends,
      Map<String, OptionsKeeper> keepers,
      List<AutoCloseable> closing) {
    this.backends = backends;
    this.keepers = keepers;
    this.closing = closing;
  }

  /** Returns a builder for a configuration. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the backend that was configured without a name.
   *
   * @throws IllegalArgumentException if every configured backend has a name
   */
  public Backend backend() {
    return opened(Builder.UNNAMED).backend();
  }

  /**
   * Returns the backend that was configured under the given name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the configured names
   */
  public Backend backend(String name) {
    return opened(name).backend();
  }

  /**
   * Returns the unnamed backend with its provider, limits and capabilities; fails as {@link
   * #backend()}.
   */
  public OpenedBackend opened() {
    return opened(Builder.UNNAMED);
  }

  /**
   * Returns a backend with its provider, limits and capabilities; fails as {@link
   * #backend(String)}.
   */
  public OpenedBackend opened(String name) {
    OpenedBackend opened = backends.get(name);
    if (opened == null) {
      throw unknown(name);
    }
    return opened;
  }

  private IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT, "no backend \"%s\" is configured; configured are %s", name, names()));
  }

  /**
   * Sets the options of types in the unnamed backend, at once and after every clear, instead of
   * those of its {@link BackendConfig}. A type that had options there and is not among these keeps
   * them until a clear; {@link TypeOptions#NONE} removes them.
   *
   * @throws DatabrokerException if the backend rejects some; the former options then stay in force
   * @throws IllegalArgumentException if every configured backend has a name
   */
  public void keepOptions(Map<String, TypeOptions> options) {
    keepOptions(Builder.UNNAMED, options);
  }

  /** Sets the options of types in a named backend, as {@link #keepOptions(Map)} does. */
  public void keepOptions(String name, Map<String, TypeOptions> options) {
    OptionsKeeper keeper = keepers.get(name);
    if (keeper == null) {
      throw unknown(name);
    }
    keeper.replace(options);
  }

  /** Returns the configured names, with the empty name for the unnamed backend; unmodifiable. */
  public Set<String> names() {
    return backends.keySet();
  }

  /**
   * Closes everything in order: housekeeping and leases, then the backends. If one part fails to
   * close, the others are still closed, and the first failure is thrown.
   *
   * <p>Idempotent. It returns to every caller only when everything is closed, so that a reopen
   * works at once. There is one exception: while another thread closes, a call from a thread of the
   * host returns early, because the closing thread may be waiting for it.
   */
  @Override
  public void close() {
    if (HostThreads.isCurrent()) {
      if (!closeLock.tryLock()) {
        return;
      }
    } else {
      closeLock.lock();
    }
    try {
      if (!closed) {
        closed = true; // also for a nested call of close during the close
        Closing.all(closing);
      }
    } finally {
      closeLock.unlock();
    }
  }

  /** Collects a configuration; for use by one thread. */
  public static final class Builder {
    static final String UNNAMED = "";

    final Map<String, BackendConfig> backends = new LinkedHashMap<>();
    final Set<String> twice = new LinkedHashSet<>();
    final List<Path> plugins = new ArrayList<>();
    BackendContext context = BackendContext.standard();
    Duration every = Duration.ofMinutes(1);
    Duration history = Duration.ofHours(1);
    BackendDecorator decorator = (name, backend) -> backend;
    boolean unfinishedToo;

    private Builder() {}

    /**
     * Adds the backend of the given provider, with default settings; it is injected as {@code
     * Backend}.
     */
    public Builder backend(String provider) {
      return backend(BackendConfig.of(provider));
    }

    /** Adds a backend; it is injected as {@code Backend}. */
    public Builder backend(BackendConfig config) {
      return backend(UNNAMED, config);
    }

    /**
     * Adds a named backend; it is injected as {@code @Named(name) Backend}. Adding a name twice
     * makes the open fail.
     */
    public Builder backend(String name, BackendConfig config) {
      Objects.requireNonNull(config, "config");
      if (backends.put(Objects.requireNonNull(name, "name"), config) != null) {
        twice.add(name);
      }
      return this;
    }

    /**
     * Adds a plugin: a jar, or a folder of jars that belong together. Its class loader stays until
     * the JVM ends, and serves every later open of the same jars.
     */
    public Builder plugin(Path path) {
      plugins.add(Objects.requireNonNull(path, "path"));
      return this;
    }

    /**
     * Sets the context of the backends, such as their clock; {@link BackendContext#standard()} by
     * default.
     */
    public Builder context(BackendContext other) {
      context = Objects.requireNonNull(other, "context");
      return this;
    }

    /** Sets the interval at which records expire and history is trimmed; a minute by default. */
    public Builder housekeepEvery(Duration interval) {
      every = Objects.requireNonNull(interval, "interval");
      return this;
    }

    /** Sets how long changes are kept before they are trimmed; an hour by default. */
    public Builder keepHistory(Duration length) {
      history = Objects.requireNonNull(length, "length");
      return this;
    }

    /** Sets a wrapper for each backend, for example with meters; none by default. */
    public Builder decorate(BackendDecorator other) {
      decorator = Objects.requireNonNull(other, "decorator");
      return this;
    }

    /**
     * Also opens stores that hold only a part of their records, because a restore or a copy into
     * them is not finished; by default, the open fails.
     */
    public Builder openUnfinished() {
      unfinishedToo = true;
      return this;
    }

    /**
     * Checks the configuration: plugins, providers and settings. It opens and creates nothing.
     *
     * @throws ConfigurationException if the configuration is invalid; the message lists all
     *     problems
     */
    public void check() {
      new Opening(this).check();
    }

    /**
     * Opens all configured backends, or none.
     *
     * @throws ConfigurationException if the configuration is invalid; the message lists all
     *     problems
     * @throws DatabrokerException if a backend cannot be opened, or its store holds an unfinished
     *     restore or copy
     */
    public Databroker open() {
      return new Opening(this).open();
    }
  }
}
