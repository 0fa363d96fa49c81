package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Opens backends that keep their records off the heap: in memory until the backend is closed, or in
 * a directory that survives a kill of the process at any instant.
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

  /** Property that stops Chronicle from logging an advert; its first class reads it when loaded. */
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

  /** In a directory, a read may wait for the disk: its page may not be in memory. */
  @Override
  public Set<Capability> capabilities(Settings settings) {
    return settings.find(OffheapSettings.DIRECTORY).isPresent()
        ? Set.of(Capability.DURABLE, Capability.TURNABLE_CLOCK, Capability.RESTORE)
        : Set.of(Capability.TURNABLE_CLOCK, Capability.RESTORE, Capability.IMMEDIATE_READS);
  }

  @Override
  public Limits limits(Settings settings) {
    return LIMITS;
  }

  @Override
  public void check(Settings settings) {
    if (settings.get(OffheapSettings.DURABILITY) == Durability.DISK
        && settings.find(OffheapSettings.DIRECTORY).isEmpty()) {
      throw new OpenFailedException(
          "durability is disk, but the records would be only in memory; set directory, or set"
              + " durability to process",
          null);
    }
    settings.find(OffheapSettings.DIRECTORY).ifPresent(Opening::checkPlace);
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    JvmFlags.check();
    check(settings);
    if (System.getProperty(NO_ADVERT) == null) {
      System.setProperty(NO_ADVERT, "true");
    }
    return Opening.open(OffheapSettings.of(settings), context);
  }
}
