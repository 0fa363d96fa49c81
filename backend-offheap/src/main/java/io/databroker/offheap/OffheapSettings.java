package io.databroker.offheap;

import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a store.
 *
 * @param directory the directory of the store; null if it is kept in memory alone
 * @param durability the failures that an acknowledged write survives there
 * @param expectedRecords the number of records to size the key index for
 * @param growth how many times expectedRecords the key index can hold
 * @param segmentBytes the size of a segment of the journal
 * @param scrubRate bytes of the journal that are verified each second; 0 for none
 * @param cacheBytes the limit on the heap that copies of records take; 0 for no copies
 */
record OffheapSettings(
    @Nullable Path directory,
    Durability durability,
    long expectedRecords,
    int growth,
    long segmentBytes,
    long scrubRate,
    long cacheBytes) {
  /** Verifies a store of 80 GiB once a day, at a negligible cost. */
  private static final long DEFAULT_SCRUB_RATE = 1 << 20;

  static final Setting<Path> DIRECTORY =
      Setting.path("directory", "the directory of the records; only in memory if not set");
  static final Setting<Durability> DURABILITY =
      Setting.choice(
          "durability",
          Durability.class,
          Durability.PROCESS,
          "the failure that an acknowledged write survives: process for a kill, disk for a "
              + "loss of power too");
  static final Setting<Long> EXPECTED_RECORDS =
      Setting.number(
          "expectedRecords",
          "records",
          1_000,
          10_000_000_000L,
          1_000_000,
          "the number of records to size the index of keys for");
  static final Setting<Long> AVERAGE_RECORD_SIZE =
      Setting.number(
          "averageRecordSize",
          "bytes",
          16,
          1 << 20,
          256,
          "the usual size of a payload; larger ones get larger journal files");
  static final Setting<Long> GROWTH =
      Setting.number(
          "growth",
          "times",
          1,
          100,
          10,
          "the multiple of expectedRecords that still fits, roughly, with keys of 48 bytes");

  static final Setting<Long> SCRUB_RATE =
      Setting.number(
          "scrubRate",
          "bytes a second",
          0,
          1L << 30,
          DEFAULT_SCRUB_RATE,
          "rate at which the background scrub verifies the journal, to find damage early; "
              + "0: no scrub");

  static final Setting<Long> CACHE_BYTES =
      Setting.number(
              "cacheBytes",
              "bytes",
              0,
              Long.MAX_VALUE,
              0,
              "heap for copies of the records that are read most, at least 1048576 and at most "
                  + "half of the heap; 0: no copies")
          .checked(OffheapSettings::problemWithCache);

  private static final long SMALLEST_SEGMENT = 64L << 20;
  private static final long LARGEST_SEGMENT = 256L << 20;

  /** Settings with the default rate of the scrub, and without a cache. */
  OffheapSettings(
      @Nullable Path directory,
      Durability durability,
      long expectedRecords,
      int growth,
      long segmentBytes) {
    this(directory, durability, expectedRecords, growth, segmentBytes, DEFAULT_SCRUB_RATE, 0);
  }

  private static Optional<String> problemWithCache(long bytes) {
    return bytes == 0 || (bytes >= Bounds.LEAST_CACHE_BYTES && bytes <= Bounds.CACHE_BYTES)
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "give 0 for no copies, or %d to %d bytes, which is half of the heap (-Xmx)",
                Bounds.LEAST_CACHE_BYTES,
                Bounds.CACHE_BYTES));
  }

  static List<Setting<?>> all() {
    return List.of(
        DIRECTORY,
        DURABILITY,
        EXPECTED_RECORDS,
        AVERAGE_RECORD_SIZE,
        GROWTH,
        SCRUB_RATE,
        CACHE_BYTES);
  }

  static OffheapSettings of(Settings settings) {
    Optional<Path> directory = settings.find(DIRECTORY);
    // A segment then holds a few hundred thousand records.
    long segment = settings.get(AVERAGE_RECORD_SIZE) * 200_000;
    return new OffheapSettings(
        directory.orElse(null),
        settings.get(DURABILITY),
        settings.get(EXPECTED_RECORDS),
        settings.get(GROWTH).intValue(),
        Math.max(SMALLEST_SEGMENT, Math.min(LARGEST_SEGMENT, segment)),
        settings.get(SCRUB_RATE),
        settings.get(CACHE_BYTES));
  }

  boolean forces() {
    return directory != null && durability == Durability.DISK;
  }

  /** Returns the settings as lines of text, for readers of the store directory. */
  String asProperties() {
    return String.format(
        Locale.ROOT,
        """
        durability=%s
        expectedRecords=%d
        growth=%d
        segmentBytes=%d
        """,
        durability,
        expectedRecords,
        growth,
        segmentBytes);
  }

  OffheapSettings withScrubRate(long rate) {
    return new OffheapSettings(
        directory, durability, expectedRecords, growth, segmentBytes, rate, cacheBytes);
  }

  OffheapSettings withCacheBytes(long bytes) {
    return new OffheapSettings(
        directory, durability, expectedRecords, growth, segmentBytes, scrubRate, bytes);
  }
}
