package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Spaces;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Readers during writes that the disk rejects: each read returns the requested record or none. */
class RefusedWriteTest {
  private static final int ROUNDS = Integer.getInteger("databroker.refusedRounds", 5_000);

  /** Odd while the disk is about to reject the write of a key. */
  private final AtomicLong phase = new AtomicLong();

  private final AtomicLong reading = new AtomicLong();
  private final AtomicInteger overlaps = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean refuses;
  private volatile String refused = "none";
  private volatile boolean done;

  private void beforeWrite(long offset) throws IOException {
    if (refuses) {
      long before = reading.get();
      phase.incrementAndGet();
      for (int i = 0; i < 1_000 && reading.get() == before; i++) {
        Thread.onSpinWait();
      }
      throw new IOException("Input/output error");
    }
  }

  @Test
  void getBesideRefusedWritesNeverAnswersForAnotherKey() throws Exception {
    run(
        (backend, from) -> {
          Look get = () -> check(backend.get("t", refused), "t", refused);
          return List.of(get, get, get, get);
        });
  }

  @Test
  void everyReadBesideRefusedWritesIsWhatWasAskedFor() throws Exception {
    run(
        (backend, from) ->
            List.of(
                () -> check(backend.get("t", refused), "t", refused),
                () -> checkAll(backend, Selection.ofType("t")),
                () -> checkAll(backend, Selection.all()),
                feed(backend, from)));
  }

  private interface Looks {
    List<Look> of(OffheapBackend backend, Position from);
  }

  private void run(Looks looks) throws Exception {
    OffheapSettings settings = new OffheapSettings(null, Durability.PROCESS, 1_000, 10, 1 << 16);
    Spaces spaces = WrappedSpaces.beforeEachWrite(new Spaces.InMemory(), this::beforeWrite);
    try (OffheapBackend backend =
        (OffheapBackend) Opening.inSpaces(spaces, settings, BackendContext.standard())) {
      backend.put(List.of(Write.put("t", "kept", Bytes.utf8("t/kept"))));
      long name = backend.versions().serverVersion();
      List<Thread> readers = new ArrayList<>();
      for (Look look : looks.of(backend, new Position(name, 0))) {
        readers.add(reader(look));
      }
      for (int i = 0; i < ROUNDS && failure.get() == null; i++) {
        String id = "refused-" + i;
        refused = id;
        refuses = true;
        assertThatThrownBy(
                () -> backend.put(List.of(Write.put("t", id, Bytes.utf8("never " + id)))))
            .isInstanceOf(StorageFailedException.class);
        refuses = false;
        // This record gets the same place and version, and has the same length.
        String other = "written" + id.substring("refused".length());
        backend.put(List.of(Write.put("t", other, Bytes.utf8("t/" + other))));
        phase.incrementAndGet();
        backend.put(List.of(Write.delete("t", other)));
        if (i % 64 == 0) {
          new Trim(backend.store, Instant.MAX).run();
        }
      }
      done = true;
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(failure.get()).isNull();
      assertThat(overlaps.get()).as("reads that met a refused write").isPositive();
    }
  }

  private interface Look {
    void look() throws Exception;
  }

  private Thread reader(Look look) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!done) {
                  long before = phase.get();
                  reading.incrementAndGet();
                  look.look();
                  if (before % 2 == 1 && phase.get() != before) {
                    overlaps.incrementAndGet();
                  }
                }
              } catch (Throwable thrown) {
                failure.set(thrown);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void check(StoredRecord found, String type, String asked) {
    assertThat(found).as("%s of type %s, whose write was rejected", asked, type).isNull();
  }

  private static void checkAll(OffheapBackend backend, Selection selection) {
    try (Snapshot snapshot = backend.snapshot(selection)) {
      snapshot.records().forEachRemaining(RefusedWriteTest::checkWhole);
    }
  }

  private static void checkWhole(StoredRecord record) {
    assertThat(record.payload()).isEqualTo(Bytes.utf8("t/" + record.id()));
  }

  private static Look feed(OffheapBackend backend, Position from) {
    AtomicReference<ChangeFeed> feed = new AtomicReference<>(backend.changes(from, null));
    return () -> {
      try {
        Changes changes = feed.get().poll();
        if (changes != null) {
          changes.records().forEach(RefusedWriteTest::checkWhole);
        }
      } catch (HistoryTrimmedException behind) {
        long name = from.serverVersion();
        feed.set(backend.changes(new Position(name, backend.versions().latest()), null));
      }
    };
  }
}
