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
import java.util.Optional;
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

  /** Smallest {@code memoryBytes} that is not 0: some records of usual size fit. */
  private static final long LEAST_MEMORY = 1 << 16;

  private static final long HEAP = Runtime.getRuntime().maxMemory();

  private static final Setting<Long> MEMORY_BYTES =
      Setting.number(
              "memoryBytes",
              "bytes",
              0,
              Long.MAX_VALUE,
              0,
              "heap for records, history, options and leases together, at least 65536; 0: half of "
                  + "the JVM's heap")
          .checked(InMemoryProvider::problemWithMemory);

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

  private static Optional<String> problemWithMemory(long bytes) {
    return bytes == 0 || (bytes >= LEAST_MEMORY && bytes <= HEAP)
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "give 0 for half of the heap, or %d to %d bytes, which is the whole heap (-Xmx)",
                LEAST_MEMORY,
                HEAP));
  }

  @Override
  public void check(Settings settings) {
    long memory = settings.get(MEMORY_BYTES);
    long history = settings.get(HISTORY_BYTES);
    long most = memory == 0 ? HEAP / 2 : memory;
    if (history > most) {
      throw new OpenFailedException(
          String.format(
              Locale.ROOT,
              "%s %d is more than memoryBytes, %d bytes; set it lower, or give the JVM a larger"
                  + " heap (-Xmx)",
              HISTORY_BYTES.name(),
              history,
              most),
          null);
    }
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    check(settings);
    return new InMemoryBackend(
        context, Room.shareOfHeap(settings.get(MEMORY_BYTES), settings.get(HISTORY_BYTES)));
  }
}
