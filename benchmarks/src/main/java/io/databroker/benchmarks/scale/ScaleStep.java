package io.databroker.benchmarks.scale;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.benchmarks.Stores;
import io.databroker.benchmarks.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** One JVM of the measurement: it opens the store, does its part, and prints its figures. */
public final class ScaleStep {
  /** Steps in their order, each with the exit code that it ends with. */
  enum Kind {
    /** Fills a new store and uses it; ends without closing it. */
    FILL(137),
    /** Recovers the store of the killed JVM and closes it. */
    RECOVER(0),
    /** Opens the closed store. */
    OPEN(0);

    final int exitCode;

    Kind(int exitCode) {
      this.exitCode = exitCode;
    }
  }

  private static final int BATCH = 100;
  private static final int GETS = 500_000;

  private final Path store;
  private final int records;
  private final int types;
  private final int watchers;
  private final int payloadBytes;
  private final String[] names;

  private ScaleStep(Path store, int records, int types, int watchers, int payloadBytes) {
    this.store = store;
    this.records = records;
    this.types = types;
    this.watchers = watchers;
    this.payloadBytes = payloadBytes;
    this.names = new String[types];
    for (int i = 0; i < types; i++) {
      names[i] = Workload.type(i);
    }
  }

  /**
   * Runs one step.
   *
   * @param arguments the step, the directory of the store, the number of records, of types, of
   *     watchers, and the size of a payload
   */
  public static void main(String[] arguments) throws Exception {
    Kind kind = Kind.valueOf(arguments[0]);
    int[] numbers = new int[4];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Integer.parseInt(arguments[2 + i]);
    }
    ScaleStep step =
        new ScaleStep(Path.of(arguments[1]), numbers[0], numbers[1], numbers[2], numbers[3]);
    step.run(kind);
    System.out.flush();
    Runtime.getRuntime().halt(kind.exitCode);
  }

  private void run(Kind kind) throws Exception {
    long start = System.nanoTime();
    Backend backend =
        Stores.offHeap(store, Math.max(1_000, records), "process", 0, BackendContext.standard());
    switch (kind) {
      case FILL -> fill(backend);
      case RECOVER -> {
        Facts.tellSeconds("open after a kill", start);
        get("get after the kill", backend);
        start = System.nanoTime();
        backend.close();
        Facts.tellSeconds("close", start);
      }
      case OPEN -> {
        Facts.tellSeconds("open after a close", start);
        get("get after the restart", backend);
        Facts.tellMemory("after the restart");
        backend.close();
      }
    }
  }

  private void fill(Backend backend) throws IOException, InterruptedException {
    long start = System.nanoTime();
    for (int from = 0; from < records; from += BATCH) {
      put(backend, from, Math.min(BATCH, records - from));
      if (from / BATCH % (records / BATCH / 20 + 1) == 0) {
        System.out.printf(Locale.ROOT, "%,d records%n", from);
        // Changes that are older than a few seconds go, as with a short --history.
        backend.trim(Instant.now().minusSeconds(5));
      }
    }
    Facts.tell("put, batch of 100, per record", (System.nanoTime() - start) / 1e3 / records, "us");
    backend.trim(Instant.now().plusSeconds(1));
    Facts.tellMemory("when filled");
    Facts.tellDisk("when filled", store);
    get("get", backend);
    listTypes(backend);
    putOne("put, one record", backend);
    try (Watchers watching = new Watchers(backend, names, watchers)) {
      Facts.tellMemory("with the watchers");
      watching.deliver(this::put);
    }
  }

  /** Puts records in the order of their numbers; those of a batch of eight have one type. */
  private void put(Backend backend, int from, int length) {
    List<Write> batch = new ArrayList<>(length);
    for (int i = from; i < from + length; i++) {
      byte[] payload = new byte[payloadBytes];
      new SplittableRandom(i).nextBytes(payload);
      batch.add(Write.put(typeOf(i), Workload.id(i), Bytes.copyOf(payload)));
    }
    backend.put(batch);
  }

  private String typeOf(int i) {
    return names[i / 8 % types];
  }

  /** Gets random records, one call after the other. */
  private void get(String name, Backend backend) {
    SplittableRandom random = new SplittableRandom(7);
    long[] nanos = new long[GETS];
    for (int round = 0; round < 2; round++) { // the first one warms up
      for (int i = 0; i < GETS; i++) {
        int number = random.nextInt(records);
        String type = typeOf(number);
        String id = Workload.id(number);
        long start = System.nanoTime();
        StoredRecord found = backend.get(type, id);
        nanos[i] = System.nanoTime() - start;
        if (found == null || found.payload().size() != payloadBytes) {
          throw new IllegalStateException("lost " + type + " " + id);
        }
      }
    }
    Facts.tellTimes(name, nanos);
  }

  private void listTypes(Backend backend) {
    long sum = 0;
    int calls = 10_000_000;
    long start = 0;
    for (int i = -calls; i < calls; i++) {
      if (i == 0) {
        start = System.nanoTime();
      }
      sum += backend.listTypes().size();
    }
    double nanos = (double) (System.nanoTime() - start) / calls;
    if (sum != 2L * calls * Math.min(types, (records + 7) / 8)) {
      throw new IllegalStateException("a list of types has the wrong size");
    }
    Facts.tell("listTypes", nanos, "ns");
  }

  private void putOne(String name, Backend backend) {
    SplittableRandom random = new SplittableRandom(11);
    long[] nanos = new long[50_000];
    for (int i = 0; i < nanos.length; i++) {
      int number = random.nextInt(records);
      long start = System.nanoTime();
      put(backend, number, 1);
      nanos[i] = System.nanoTime() - start;
    }
    Facts.tellTimes(name, nanos);
  }
}
