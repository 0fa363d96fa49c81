package io.databroker.benchmarks;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compares the PostgreSQL backend with bare JDBC programs on one server that writes to disk. The
 * sides take turns; the measure is wall-clock time per unit.
 */
final class PostgresComparison implements AutoCloseable {
  private static final String PUT = "postgres put, batch of 8, 1 writer";
  private static final String PUT_MANY = "postgres put, batch of 8, 64 writers";
  private static final String GET = "postgres get, 1 thread";
  private static final String GET_MANY = "postgres get, 8 threads";
  private static final String LIST_FEW = "postgres listTypes, 16 types, many records";
  private static final String LIST = "postgres listTypes, 10,000 types, a record each";
  private static final String SNAPSHOT = "postgres snapshot of all";
  private static final String FEED = "postgres feed, from far behind";
  private static final String SIGNAL = "postgres put to signal in another host, median";
  private static final String SLOW_SIGNAL =
      "postgres put to signal in another host, 99th percentile";
  private static final String WAITING = "postgres, transactions of 1,000 waiting feeds";

  /** Names of all rows. */
  static final List<String> ROWS =
      List.of(
          PUT,
          PUT_MANY,
          GET,
          GET_MANY,
          LIST_FEW,
          LIST,
          SNAPSHOT,
          FEED,
          SIGNAL,
          SLOW_SIGNAL,
          WAITING);

  private static final int WRITERS = 64;
  private static final int LOADED_TOGETHER = 5_000;

  /** An idle session adds its counters to the shared ones after ten seconds. */
  private static final int FLUSHED_SECONDS = 12;

  private final Workload workload;
  private final int records;
  private final int changes;
  private final PostgresServer server = new PostgresServer();
  private final Backend ours;
  private final Backend other;
  private final List<BarePostgres> bare = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private int probe;

  PostgresComparison(int records) throws IOException, SQLException {
    this.records = records;
    this.changes = Math.min(records, 200_000);
    this.workload = new Workload(records);
    this.ours = server.open("ours");
    this.other = server.open("ours");
    server.execute(BarePostgres.TABLES);
    for (int i = 0; i < records; i += LOADED_TOGETHER) {
      ours.put(writes(i, Math.min(LOADED_TOGETHER, records - i)));
    }
    server.execute("INSERT INTO bare.live SELECT type, id, version, payload FROM ours.record");
    server.execute("INSERT INTO bare.change SELECT version, type, id, payload FROM ours.record");
    server.execute("UPDATE bare.counter SET n = " + records);
    server.execute("CREATE TABLE bare.few AS SELECT type AS name FROM ours.type_count");
    server.execute(
        "CREATE TABLE bare.many AS SELECT 'type-' || i AS name FROM generate_series(1, 10000) i");
    server.execute("VACUUM ANALYZE");
    for (int i = 0; i < 8; i++) {
      bare.add(new BarePostgres(server.connect()));
    }
  }

  private List<Write> writes(int from, int length) {
    List<Write> writes = new ArrayList<>(length);
    Bytes payload = Bytes.copyOf(Workload.payload(from));
    for (int i = from; i < from + length; i++) {
      writes.add(Write.put(workload.probedType(i), workload.probedId(i), payload));
    }
    return writes;
  }

  private int next(int length) {
    probe = (probe + length) % (records - length);
    return probe;
  }

  /** Measures the wanted rows: reads first, since writes make the tables longer. */
  void run(Measurement measurement, Predicate<String> wanted, Consumer<Outcome> told)
      throws Exception {
    PostgresRows rows = new PostgresRows(measurement, wanted, told);
    gets(8, 2_000); // opens the connections of the pool
    rows.row(GET, "get", Target.atLeast(0.85), millis -> gets(1, millis), m -> bareGets(1, m));
    rows.row(GET_MANY, "get", Target.atLeast(0.85), millis -> gets(8, millis), m -> bareGets(8, m));
    rows.row(LIST_FEW, "call", Target.atMost(1.2), m -> repeat(m, ours::listTypes), barely("few"));
    rows.row(SNAPSHOT, "record", Target.atMost(1.3), m -> snapshots(), m -> walk("bare.live"));
    if (wanted.test(FEED)) {
      try (FreshHosts fresh = new FreshHosts()) {
        rows.row(FEED, "change", Target.atMost(1.3), fresh, m -> walk("bare.change"));
      }
    }
    if (wanted.test(LIST)) {
      try (Backend many = server.open("many")) {
        for (int i = 0; i < 10_000; i += 1_000) {
          List<Write> batch = new ArrayList<>();
          for (int j = i; j < i + 1_000; j++) {
            batch.add(Write.put("type-" + j, "1", Bytes.EMPTY));
          }
          many.put(batch);
        }
        rows.row(LIST, "call", Target.atMost(1.2), m -> repeat(m, many::listTypes), barely("many"));
      }
    }
    rows.row(PUT, "batch", Target.atMost(1.3), this::puts, this::barePuts);
    rows.row(PUT_MANY, "record", Target.atLeast(0.6), this::putsOfMany, this::barePutsOfMany);
    if (wanted.test(SIGNAL) || wanted.test(SLOW_SIGNAL)) {
      signals(rows, measurement);
    }
    if (wanted.test(WAITING)) {
      waiting(rows);
    }
  }

  private interface Call {
    @Nullable Object make() throws Exception;
  }

  private static double repeat(long millis, Call call) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    double calls = 0;
    do {
      call.make();
      calls++;
    } while (System.nanoTime() < end);
    return calls;
  }

  private PostgresRows.Side barely(String table) {
    return millis -> repeat(millis, () -> bare.get(0).names("bare." + table));
  }

  private double inThreads(int count, java.util.function.IntFunction<Call> call, long millis)
      throws Exception {
    List<Future<Double>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Call mine = call.apply(i);
      all.add(threads.submit(() -> repeat(millis, mine)));
    }
    double calls = 0;
    for (Future<Double> each : all) {
      calls += each.get();
    }
    return calls;
  }

  private double gets(int count, long millis) throws Exception {
    AtomicLong place = new AtomicLong(next(1));
    return inThreads(
        count,
        thread ->
            () -> {
              int i = (int) (place.incrementAndGet() % records);
              return ours.get(workload.probedType(i), workload.probedId(i));
            },
        millis);
  }

  private double bareGets(int count, long millis) throws Exception {
    AtomicLong place = new AtomicLong(next(1));
    return inThreads(
        count,
        thread ->
            () -> {
              int i = (int) (place.incrementAndGet() % records);
              return bare.get(thread).get(workload.probedType(i), workload.probedId(i));
            },
        millis);
  }

  private double snapshots() {
    double seen = 0;
    try (Snapshot snapshot = ours.snapshot(Selection.all())) {
      for (Iterator<StoredRecord> all = snapshot.records(); all.hasNext(); all.next()) {
        seen++;
      }
    }
    return seen;
  }

  /** Follows the changes in a new host each time, which has not yet read any history. */
  private final class FreshHosts implements PostgresRows.Side, AutoCloseable {
    private Backend host = server.open("ours");

    @Override
    public void prepare() {
      host.close();
      host = server.open("ours");
    }

    @Override
    public double work(long millis) {
      Position from = new Position(host.versions().serverVersion(), records - changes);
      double seen = 0;
      try (ChangeFeed feed = host.changes(from, null)) {
        for (Changes next = feed.poll(); next != null; next = feed.poll()) {
          seen += next.records().size();
        }
      }
      return seen;
    }

    @Override
    public void close() {
      host.close();
    }
  }

  private double walk(String table) throws SQLException {
    String order = table.equals("bare.change") ? " ORDER BY version LIMIT " + changes : "";
    String from = order.isEmpty() ? "" : " WHERE version > " + (records - changes);
    return bare.get(0).walk("SELECT version, type, id, payload FROM " + table + from + order);
  }

  private double puts(long millis) throws Exception {
    return repeat(millis, () -> ours.put(writes(next(Workload.BATCH), Workload.BATCH)));
  }

  private double barePuts(long millis) throws Exception {
    return repeat(millis, () -> barePut(Workload.BATCH));
  }

  private int barePut(int length) throws SQLException {
    int from = next(length);
    String[] types = new String[length];
    String[] ids = new String[length];
    Arrays.setAll(types, i -> workload.probedType(from + i));
    Arrays.setAll(ids, i -> workload.probedId(from + i));
    bare.get(0).put(types, ids, Workload.payload(from), false);
    return length;
  }

  private double putsOfMany(long millis) throws Exception {
    AtomicLong place = new AtomicLong(next(Workload.BATCH));
    return Workload.BATCH
        * inThreads(
            WRITERS,
            thread ->
                () -> {
                  long from = place.addAndGet(Workload.BATCH) % (records - Workload.BATCH);
                  return ours.put(writes((int) from, Workload.BATCH));
                },
            millis);
  }

  private double barePutsOfMany(long millis) throws Exception {
    int together = Workload.BATCH * WRITERS;
    return together * repeat(millis, () -> barePut(together));
  }

  /** Times from the beginning of a put to the signal of a feed of another host. */
  private void signals(PostgresRows rows, Measurement measurement) throws Exception {
    int turns = 20 * measurement.pairs();
    List<double[]> times = new ArrayList<>();
    SynchronousQueue<Boolean> heard = new SynchronousQueue<>();
    BarePostgres listener = bare.get(1);
    listener.listen();
    Future<?> listening =
        threads.submit(
            () -> {
              while (true) {
                listener.await();
                heard.put(true);
              }
            });
    try (ChangeFeed feed = other.changes(other.versions().end(), null)) {
      int pairs = measurement.forks() * measurement.pairs();
      for (int pair = -1; pair < pairs; pair++) {
        double[] mine = new double[turns];
        double[] theirs = new double[turns];
        for (int i = 0; i < turns; i++) {
          mine[i] = signal(feed);
          int at = next(1);
          String[] type = {workload.probedType(at)};
          String[] id = {workload.probedId(at)};
          long began = System.nanoTime();
          bare.get(0).put(type, id, Workload.payload(at), true);
          heard.take();
          theirs[i] = System.nanoTime() - began;
        }
        if (pair >= 0) {
          times.add(mine);
          times.add(theirs);
        }
      }
    } finally {
      listening.cancel(true);
      listener.close();
      bare.set(1, new BarePostgres(server.connect()));
    }
    rows.times(SIGNAL, times, 0.5);
    rows.times(SLOW_SIGNAL, times, 0.99);
  }

  private double signal(ChangeFeed feed) throws InterruptedException {
    while (feed.poll() != null) {
      // Reads on to the end.
    }
    SynchronousQueue<Boolean> signalled = new SynchronousQueue<>();
    feed.onReady(
        () -> {
          try {
            signalled.put(true);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    List<Write> write = writes(next(1), 1);
    long began = System.nanoTime();
    ours.put(write);
    signalled.take();
    return System.nanoTime() - began;
  }

  /** Counts the transactions of a host while feeds wait and no client writes. */
  private void waiting(PostgresRows rows) throws Exception {
    int pairs = 2;
    double[][] counts = new double[2][pairs];
    for (int pair = 0; pair < pairs; pair++) {
      counts[0][pair] = transactions(1_000);
      counts[1][pair] = transactions(1);
    }
    rows.told(WAITING, "1 waiting feed", "second", Target.atMost(1.1), counts);
  }

  private double transactions(int feeds) throws Exception {
    List<ChangeFeed> open = new ArrayList<>();
    for (int i = 0; i < feeds; i++) {
      ChangeFeed feed = other.changes(other.versions().end(), i % 2 == 0 ? null : "type-" + i);
      feed.onReady(() -> {});
      open.add(feed);
    }
    long seconds = 20;
    TimeUnit.SECONDS.sleep(FLUSHED_SECONDS);
    long before = server.transactions();
    TimeUnit.SECONDS.sleep(seconds);
    long after = server.transactions();
    open.forEach(ChangeFeed::close);
    return (double) (after - before) / seconds;
  }

  @Override
  public void close() throws IOException, SQLException {
    threads.shutdownNow();
    for (BarePostgres each : bare) {
      each.close();
    }
    other.close();
    ours.close();
    server.close();
  }
}
