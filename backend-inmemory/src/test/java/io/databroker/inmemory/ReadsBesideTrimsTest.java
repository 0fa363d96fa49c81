package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads during writes, each of which trims the history, because the heap is full. */
class ReadsBesideTrimsTest {
  private static final int RECORDS = 30_000;
  private static final int READS = 5;

  private final InMemoryBackend backend =
      new InMemoryBackend(
          BackendContext.standard().withExtractor(new Constant()), new Room(1L << 40, 1));
  private final AtomicLong written = new AtomicLong();
  private final Logger logger = Logger.getLogger(Room.class.getName());
  private volatile boolean stopped;

  @BeforeEach
  void expectEarlyTrims() {
    logger.setUseParentHandlers(false);
  }

  /** Gives every payload the same value. */
  private static final class Constant implements FieldExtractor {
    @Override
    public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
      return Map.of("field", "value");
    }

    @Override
    public String fingerprint() {
      return "constant";
    }
  }

  @AfterEach
  void close() {
    backend.close();
    logger.setUseParentHandlers(true);
  }

  private void fill(IntFunction<Write> write) {
    for (int i = 0; i < RECORDS; i += 1_000) {
      List<Write> batch = new ArrayList<>();
      for (int j = i; j < i + 1_000; j++) {
        batch.add(write.apply(j));
      }
      backend.put(batch);
    }
  }

  /** Reads a selection again and again while another thread overwrites its records. */
  private void read(Selection selection, IntFunction<Write> write) throws InterruptedException {
    fill(write);
    Thread writer =
        new Thread(
            () -> {
              for (int i = 0; !stopped; i = (i + 7) % RECORDS) {
                backend.put(List.of(write.apply(i)));
                written.incrementAndGet();
              }
            },
            "writer");
    writer.start();
    try {
      while (written.get() == 0) {
        Thread.onSpinWait();
      }
      assertTimeoutPreemptively(
          Duration.ofSeconds(60),
          () -> {
            for (int i = 0; i < READS; i++) {
              assertThat(count(selection)).isEqualTo(RECORDS);
            }
          });
    } finally {
      stopped = true;
      writer.join();
    }
  }

  private int count(Selection selection) {
    int count = 0;
    try (Snapshot snapshot = backend.snapshot(selection)) {
      for (Iterator<StoredRecord> records = snapshot.records(); records.hasNext(); ) {
        records.next();
        count++;
      }
    }
    return count;
  }

  @Test
  void anEarlyTrimKeepsTheChangesAfterAPin() {
    Write write = Write.put("t", "id", Bytes.EMPTY);
    for (int i = 0; i < 5; i++) {
      backend.put(List.of(write));
    }
    assertThat(backend.versions().earliest()).as("trimmed by each write").isEqualTo(4);
    AtomicInteger attempts = new AtomicInteger();
    History history = backend.current();
    String result =
        history.pins.retry(
            () -> {
              for (int i = 0; i < 5; i++) {
                backend.put(List.of(write));
              }
              return attempts.incrementAndGet() == 3 ? "done" : null;
            },
            () -> history.commit.version());
    assertThat(result).isEqualTo("done");
    assertThat(backend.versions().earliest()).as("pinned after 5 writes more").isEqualTo(11);
    backend.put(List.of(write));
    assertThat(backend.versions().earliest()).as("no longer pinned").isEqualTo(20);
  }

  @Test
  void aLookUpEnds() throws InterruptedException {
    backend.setOptions("t", TypeOptions.NONE.withIndexedFields("field"));
    read(
        Selection.where("t", new FieldValue("field", "value")),
        i -> Write.put("t", "id-" + i, Bytes.EMPTY));
  }

  @Test
  void aSnapshotOfManyTypesEnds() throws InterruptedException {
    read(Selection.all(), i -> Write.put("type-" + i % 5_000, "id-" + i, Bytes.EMPTY));
  }
}
