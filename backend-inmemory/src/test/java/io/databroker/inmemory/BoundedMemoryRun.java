package io.databroker.inmemory;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.FieldExtractor;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Selection;
import io.databroker.api.Settings;
import io.databroker.api.StorageFullException;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Fills one in-memory backend in one way, and checks that it continues to serve. */
final class BoundedMemoryRun {
  private final Backend backend;
  private int done;
  private boolean rejected;

  private BoundedMemoryRun(Backend backend) {
    this.backend = backend;
  }

  public static void main(String[] args) throws InterruptedException {
    BackendContext context = BackendContext.standard().withExtractor(new TwoFields());
    BoundedMemoryRun run =
        new BoundedMemoryRun(new InMemoryProvider().open(Settings.defaults(), context));
    run.run(args[0], Integer.parseInt(args[1]));
  }

  private void run(String work, int size) throws InterruptedException {
    put("kept", "first", new byte[1_000]);
    ChangeFeed behind = backend.changes(backend.versions().end(), null);
    switch (work) {
      case "overwrite" -> overwrite(size);
      case "fill" -> fill("full", size);
      case "types" -> until(size, () -> put("type" + done, "id", new byte[10]));
      case "leases" ->
          until(size, () -> backend.acquireLease("lease" + done, Duration.ofDays(36_500)));
      case "options" ->
          until(size, () -> backend.setOptions("type" + done, TypeOptions.NONE.withCapacity(done)));
      case "indexed" -> {
        backend.setOptions("full", TypeOptions.NONE.withIndexedFields("a", "b"));
        fill("full", size);
      }
      default -> throw new IllegalArgumentException(work);
    }
    checkServing(work, behind);
    System.out.println(
        String.format(
            Locale.ROOT,
            "%s %d: %d done, %s, %d MB of heap in use, still serving; %s",
            work,
            size,
            done,
            rejected ? "then storage-full" : "none rejected",
            usedAfterGc() >> 20,
            backend.counters()));
  }

  private void put(String type, String id, byte[] payload) {
    backend.put(List.of(Write.put(type, id, Bytes.copyOf(payload))));
  }

  /** Writes four times the heap over a few records. */
  private void overwrite(int size) {
    byte[] payload = new byte[size];
    int writes = (int) (4L * Runtime.getRuntime().maxMemory() / (size + 200));
    until(writes, () -> put("hot", "id" + done % 5, payload));
    check(!rejected, "an overwrite was rejected");
    check(backend.counters().get("history.trimmed.early") > 0, "nothing was trimmed");
  }

  private void fill(String type, int size) {
    byte[] payload = new byte[size];
    until(Integer.MAX_VALUE, () -> put(type, "id" + done, payload));
    check(rejected, "nothing was rejected");
  }

  private void until(int most, Runnable step) {
    try {
      for (done = 0; done < most; done++) {
        step.run();
      }
    } catch (StorageFullException full) {
      rejected = true;
      check(full.getMessage().contains("memoryBytes"), full.getMessage());
    }
  }

  private void checkServing(String work, ChangeFeed behind) throws InterruptedException {
    check(backend.get("kept", "first").payload().size() == 1_000, "a record was lost");
    int records = 0;
    for (var it = backend.snapshot(Selection.all()).records(); it.hasNext(); it.next()) {
      records++;
    }
    switch (work) {
      case "overwrite" -> check(records == 6, "records: " + records);
      case "fill", "types" -> check(records == done + 1, "records: " + records);
      default -> {}
    }
    try {
      behind.poll();
      check(!work.equals("overwrite"), "the feed that fell behind got no error");
    } catch (HistoryTrimmedException told) {
      // The expected error of a feed that fell behind.
    }
    if (rejected && work.matches("fill|types|indexed")) {
      check(backend.state().mode() == BackendState.Mode.DEGRADED, "state: " + backend.state());
      deleteHalf(work);
      check(backend.state().equals(BackendState.SERVING), "state: " + backend.state());
      put("again", "id", new byte[1_000]);
    }
  }

  private void deleteHalf(String work) throws InterruptedException {
    try (BlockingFeed feed = new BlockingFeed(backend.changes(backend.versions().end(), null))) {
      for (int i = 0; i < done / 2; i++) {
        String type = work.equals("types") ? "type" + i : "full";
        String id = work.equals("types") ? "id" : "id" + i;
        backend.put(List.of(Write.delete(type, id)));
        check(feed.next().records().get(0).deleted(), "the feed goes on");
      }
    }
  }

  private static long usedAfterGc() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static final class TwoFields implements FieldExtractor {
    private int calls;

    @Override
    public String fingerprint() {
      return "two";
    }

    @Override
    public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
      calls++;
      return Map.of("a", "value " + calls, "b", "other " + calls);
    }
  }
}
