package io.databroker.inmemory;

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
import java.util.Locale;
import java.util.Set;

/**
 * Opens backends that keep their records on the heap. Each open creates a new store, which is lost
 * when closed.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class InMemoryProvider implements BackendProvider {
  private static final Limits LIMITS =
      Limits.FLOOR.toBuilder()
          .typeBytes(1 << 12)
          .idBytes(1 << 14)
          .payloadBytes(1 << 26)
          .batchRecords(10_000)
          .batchBytes(1 << 27)
          .leaseMargin(Duration.ZERO)
          .build();

  private static final Setting<Long> MEMORY_BYTES =
      Setting.number(
          "memoryBytes",
          "bytes",
          0,
          Long.MAX_VALUE,
          0,
          "heap for records, history, options and leases together; 0: half of the JVM's heap");

  private static final Setting<Long> HISTORY_BYTES =
      Setting.number(
          "historyBytes",
          "bytes",
          0,
          Long.MAX_VALUE,
          0,
          "heap for history, which is trimmed early to keep it; 0: a quarter of memoryBytes");

  /** Creates the provider, for {@link java.util.ServiceLoader}. */
  public InMemoryProvider() {}

  @Override
  public String name() {
    return "inmemory";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(MEMORY_BYTES, HISTORY_BYTES);
  }

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return Set.of(
        Capability.TURNABLE_CLOCK,
        Capability.RESTORE,
        Capability.IMMEDIATE_READS,
        Capability.IMMEDIATE_LEASES,
        Capability.IMMEDIATE_SNAPSHOTS);
  }

  @Override
  public Limits limits(Settings settings) {
    return LIMITS;
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    long memory = settings.get(MEMORY_BYTES);
    long history = settings.get(HISTORY_BYTES);
    long heap = Runtime.getRuntime().maxMemory();
    if (memory > heap) {
      throw tooLarge(MEMORY_BYTES, memory, "the heap", heap);
    }
    long most = memory == 0 ? heap / 2 : memory;
    if (history > most) {
      throw tooLarge(HISTORY_BYTES, history, "memoryBytes", most);
    }
    return new InMemoryBackend(context, Room.shareOfHeap(memory, history));
  }

  private static OpenFailedException tooLarge(
      Setting<Long> setting, long given, String than, long bound) {
    return new OpenFailedException(
        String.format(
            Locale.ROOT,
            "%s %d is more than %s, %d bytes; set it lower, or give the JVM a larger heap (-Xmx)",
            setting.name(),
            given,
            than,
            bound),
        null);
  }
}
