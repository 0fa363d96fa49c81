package io.databroker.inmemory;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Opens backends that keep their records on the heap. Each open is a store of its own, and is gone
 * when closed.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class InMemoryProvider implements BackendProvider {
  private static final Limits LIMITS =
      new Limits(1 << 12, 1 << 14, 1 << 26, 10_000, 1 << 27, Duration.ZERO);

  /** For {@link java.util.ServiceLoader}. */
  public InMemoryProvider() {}

  @Override
  public String name() {
    return "inmemory";
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of();
  }

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return Set.of(Capability.TURNABLE_CLOCK);
  }

  @Override
  public Limits limits(Settings settings) {
    return LIMITS;
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    return new InMemoryBackend(context);
  }
}
