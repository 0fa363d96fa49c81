package io.databroker.offheap;

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
 * Opens backends that keep their records off the heap: in memory, gone when closed, or in a
 * directory, there again after the process was killed at any instant.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class OffheapProvider implements BackendProvider {
  private static final Limits LIMITS =
      Limits.FLOOR.toBuilder()
          .payloadBytes(16 << 20)
          .batchRecords(10_000)
          .batchBytes(16 << 20)
          .leaseMargin(Duration.ZERO)
          .build();

  /** Property by which Chronicle logs no advert; it is read when its first class is loaded. */
  private static final String NO_ADVERT = "chronicle.announcer.disable";

  /** Creates the provider, for {@link java.util.ServiceLoader}. */
  public OffheapProvider() {}

  @Override
  public String name() {
    return "offheap";
  }

  @Override
  public List<Setting<?>> settings() {
    return OffheapSettings.all();
  }

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return settings.find(OffheapSettings.DIRECTORY).isPresent()
        ? Set.of(Capability.DURABLE, Capability.TURNABLE_CLOCK, Capability.RESTORE)
        : Set.of(Capability.TURNABLE_CLOCK, Capability.RESTORE);
  }

  @Override
  public Limits limits(Settings settings) {
    return LIMITS;
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    JvmFlags.check();
    if (System.getProperty(NO_ADVERT) == null) {
      System.setProperty(NO_ADVERT, "true");
    }
    return Opening.open(OffheapSettings.of(settings), context);
  }
}
