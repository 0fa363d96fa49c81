package io.databroker.benchmarks;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.CheckedBackend;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.ServiceLoader;

/** Opens the sides of a comparison by name. */
public final class Stores {
  static final String IN_MEMORY = "inmemory";
  static final String MAPS = "maps";
  static final String RECORDS = "records";
  static final String CAFFEINE = "caffeine";
  static final String TREES = "trees";
  static final String OFF_HEAP = "offheap";
  static final String CACHED = "offheap-cached";
  static final String ON_DISK = "offheap-disk";
  static final String FORCED_LOG = "forced-log";
  static final String CHRONICLE = "chronicle";
  static final String PLACES = "places";
  static final String MVSTORE = "mvstore";
  static final String ROCKSDB = "rocksdb";
  static final String LMDB = "lmdb";
  static final String MAPDB = "mapdb";

  /** Heap of a cached record, roughly; a cache has room for a tenth of the records. */
  private static final long CACHED_BYTES = 512;

  /** Smallest {@code cacheBytes} that the off-heap backend takes. */
  private static final long LEAST_CACHE = 1 << 20;

  private Stores() {}

  static Store open(String name, int records) {
    return switch (name) {
      case IN_MEMORY -> new BrokerStore(broker(name, BackendContext.standard()), null);
      case MAPS -> new MapsStore();
      case RECORDS -> new RecordsStore();
      case CAFFEINE -> new CaffeineStore();
      case TREES -> new TreesStore();
      case OFF_HEAP -> offHeap(records, "process", BackendContext.standard());
      case CACHED ->
          offHeap(
              records,
              "process",
              Math.max(LEAST_CACHE, records / 10 * CACHED_BYTES),
              BackendContext.standard());
      case ON_DISK -> offHeap(records, "disk", BackendContext.standard());
      case FORCED_LOG -> new ForcedLogStore();
      case CHRONICLE -> new ChronicleStore(records);
      case PLACES -> new PlacesStore(records);
      case MVSTORE -> new MvStore();
      case ROCKSDB -> new RocksStore();
      case LMDB -> new LmdbStore();
      case MAPDB -> new MapDbStore();
      default -> throw new IllegalArgumentException("no store named " + name);
    };
  }

  /** Opens one of our backends in its default configuration for measurements. */
  static BrokerStore ours(String name, int records, BackendContext context) {
    return name.equals(OFF_HEAP)
        ? offHeap(records, "process", context)
        : new BrokerStore(broker(name, context), null);
  }

  /** Opens ours in a directory of its own with the given durability. */
  static BrokerStore offHeap(int records, String durability, BackendContext context) {
    return offHeap(records, durability, 0, context);
  }

  private static BrokerStore offHeap(
      int records, String durability, long cacheBytes, BackendContext context) {
    Scratch scratch = new Scratch(OFF_HEAP);
    return new BrokerStore(
        offHeap(scratch.directory, Math.max(1_000, records), durability, cacheBytes, context),
        scratch);
  }

  /** Opens the off-heap store of a directory, behind the checks, as a host does. */
  public static Backend offHeap(
      Path directory, int records, String durability, long cacheBytes, BackendContext context) {
    Map<String, String> settings =
        Map.of(
            "directory", directory.toString(),
            "durability", durability,
            "cacheBytes", Long.toString(cacheBytes),
            "expectedRecords", Integer.toString(records));
    return broker(OFF_HEAP, settings, context);
  }

  private static <T> void set(Settings.Builder settings, Setting<T> setting, String text) {
    Class<T> type = setting.type();
    Object value;
    if (type == String.class) {
      value = text;
    } else if (type == Path.class) {
      value = Path.of(text);
    } else if (type == Long.class) {
      value = Long.valueOf(text);
    } else {
      value =
          Arrays.stream(type.getEnumConstants())
              .filter(it -> it.toString().equalsIgnoreCase(text))
              .findFirst()
              .orElseThrow();
    }
    settings.set(setting, type.cast(value));
  }

  /** Opens one of our backends with default settings, behind the checks, as a host does. */
  static Backend broker(String name, BackendContext context) {
    return broker(name, Map.of(), context);
  }

  /** Opens the in-memory backend with nearly the whole heap as its bound. */
  static Backend inMemoryOnWholeHeap(BackendContext context) {
    long most = Runtime.getRuntime().maxMemory() / 8 * 7;
    return broker(IN_MEMORY, Map.of("memoryBytes", Long.toString(most)), context);
  }

  /** Opens one of our backends with these settings by name. */
  static Backend broker(String name, Map<String, String> texts, BackendContext context) {
    BackendProvider provider = provider(name);
    Settings.Builder settings = Settings.builder();
    for (Setting<?> setting : provider.settings()) {
      String text = texts.get(setting.name());
      if (text != null) {
        set(settings, setting, text);
      }
    }
    Settings chosen = settings.build();
    return CheckedBackend.over(provider.open(chosen, context), provider.limits(chosen));
  }

  private static BackendProvider provider(String name) {
    return ServiceLoader.load(BackendProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no backend named " + name));
  }
}
