package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Bytes;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.ServiceLoader;

/**
 * Runs a large load by hand and prints figures, on any backend of the class path: that of this
 * module has the off-heap backend; add the jar of the in-memory one. The arguments:
 *
 * <ul>
 *   <li>{@code load NAME RECORDS}: writes, watches, reads back, lists; then the heap and the
 *       longest pause of the garbage collector
 *   <li>{@code fill RECORDS DIRECTORY close|halt}: writes to a directory, then closes or halts
 *   <li>{@code open RECORDS DIRECTORY}: opens the directory again, and prints how long that takes
 * </ul>
 */
final class LargeRun {
  private static final int BATCH = 100;
  private static final int TYPES = 10;
  private static final int SIZE = 256;

  private LargeRun() {}

  /** See above. */
  public static void main(String[] arguments) throws InterruptedException {
    switch (arguments[0]) {
      case "load" -> load(arguments[1], Integer.parseInt(arguments[2]));
      case "fill" -> {
        int records = Integer.parseInt(arguments[1]);
        Backend backend = open("offheap", records, Path.of(arguments[2]));
        fill(backend, records);
        if (arguments[3].equals("halt")) {
          Runtime.getRuntime().halt(137);
        }
        backend.close();
      }
      case "open" -> {
        int records = Integer.parseInt(arguments[1]);
        long begin = System.nanoTime();
        try (Backend backend = open("offheap", records, Path.of(arguments[2]))) {
          double seconds = (System.nanoTime() - begin) / 1e9;
          double cpu =
              ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
          int wrong = readBack(backend, records, 10_000);
          System.out.printf(
              Locale.ROOT,
              "opened %,d records in %.2f s (with the start of Chronicle Map; the process has used"
                  + " %.2f s of CPU); %d of 10,000 read back wrong%n",
              backend.versions().latest(),
              seconds,
              cpu,
              wrong);
        }
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static Backend open(String name, int records, Path directory) {
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.name().equals(name)) {
        Settings.Builder settings = Settings.builder();
        for (Setting<?> setting : provider.settings()) {
          if (setting.name().equals("expectedRecords")) {
            settings.set(OffheapSettings.EXPECTED_RECORDS, (long) records);
          } else if (setting.name().equals("directory") && directory != null) {
            settings.set(OffheapSettings.DIRECTORY, directory);
          }
        }
        return provider.open(settings.build(), BackendContext.standard());
      }
    }
    throw new IllegalArgumentException("no backend " + name);
  }

  private static String type(int number) {
    return "type-" + number % TYPES;
  }

  private static String id(int number) {
    return String.format(Locale.ROOT, "record-%025d", number);
  }

  private static Bytes payload(int number) {
    byte[] payload = new byte[SIZE];
    new Random(number).nextBytes(payload);
    return Bytes.copyOf(payload);
  }

  private static void fill(Backend backend, int records) {
    for (int number = 0; number < records; ) {
      List<Write> batch = new ArrayList<>(BATCH);
      for (int i = 0; i < BATCH && number < records; i++, number++) {
        batch.add(Write.put(type(number), id(number), payload(number)));
      }
      backend.put(batch);
    }
  }

  private static int readBack(Backend backend, int records, int sample) {
    Random random = new Random(1);
    int wrong = 0;
    for (int i = 0; i < sample; i++) {
      int number = random.nextInt(records);
      StoredRecord found = backend.get(type(number), id(number));
      wrong += found != null && found.payload().equals(payload(number)) ? 0 : 1;
    }
    return wrong;
  }

  private static void load(String name, int records) throws InterruptedException {
    Pauses pauses = Pauses.measure();
    try (Backend backend = open(name, records, null)) {
      long[] watched = {0};
      BlockingFeed feed =
          new BlockingFeed(
              backend.changes(new Position(backend.versions().serverVersion(), 0), null));
      Thread watcher =
          new Thread(
              () -> {
                try {
                  while (watched[0] < records) {
                    watched[0] += feed.next().records().size();
                  }
                } catch (InterruptedException end) {
                  Thread.currentThread().interrupt();
                }
              });
      watcher.start();
      long begin = System.nanoTime();
      fill(backend, records);
      double put = (System.nanoTime() - begin) / 1e9;
      watcher.join();
      begin = System.nanoTime();
      int wrong = readBack(backend, records, records);
      double read = (System.nanoTime() - begin) / 1e9;
      long listed = 0;
      try (Snapshot snapshot = backend.snapshot(Selection.all())) {
        for (var all = snapshot.records(); all.hasNext(); all.next()) {
          listed++;
        }
      }
      System.gc();
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      System.out.printf(
          Locale.ROOT,
          "%s: %,d records of %d bytes, -Xmx %,d MB: put in %.1f s, watched %,d, read back %,d in"
              + " %.1f s (%d wrong), listed %,d, types %s; heap after GC %.1f MB, longest pause %d"
              + " ms%n",
          name,
          records,
          SIZE,
          Runtime.getRuntime().maxMemory() >> 20,
          put,
          watched[0],
          records,
          read,
          wrong,
          listed,
          backend.listTypes().size(),
          heap / 1e6,
          pauses.longestMillis());
      feed.close();
    }
  }
}
