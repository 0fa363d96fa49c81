package io.databroker.host.copy;

import io.databroker.api.Backend;
import io.databroker.api.BlockingFeed;
import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.LimitExceededException;
import io.databroker.api.Limits;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An open backend that a copy reads from or writes to. */
public final class BackendCopy implements CopyEnd {
  private static final int BATCH_RECORDS = 1_000;
  private static final long BATCH_BYTES = 1 << 20;

  private final Backend backend;
  private final Limits limits;
  private final Runnable closing;

  /**
   * Copies from or to a backend, which stays open.
   *
   * @param backend the backend behind argument checks
   * @param limits its limits
   */
  public BackendCopy(Backend backend, Limits limits) {
    this(backend, limits, () -> {});
  }

  /**
   * Copies from or to a backend.
   *
   * @param backend the backend behind argument checks
   * @param limits its limits
   * @param closing closes the backend; idempotent
   */
  public BackendCopy(Backend backend, Limits limits, Runnable closing) {
    this.backend = Objects.requireNonNull(backend, "backend");
    this.limits = Objects.requireNonNull(limits, "limits");
    this.closing = Objects.requireNonNull(closing, "closing");
  }

  @Override
  public StoreContents read(Consumer<StoredRecord> records) {
    long history = backend.versions().serverVersion();
    Checkpoint checkpoint = backend.checkpoint();
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      snapshot.records().forEachRemaining(records);
      return StoreContents.of(snapshot.position(), snapshot.options(), checkpoint, history);
    }
  }

  @Override
  public boolean has(String type, String id) {
    return backend.get(type, id) != null;
  }

  @Override
  public Versions versions() {
    return backend.versions();
  }

  @Override
  public Feed changes(Position from) {
    BlockingFeed feed = new BlockingFeed(backend.changes(from, null));
    return new Feed() {
      @Override
      public @Nullable Changes next(Duration patience) throws InterruptedException {
        return feed.next(patience);
      }

      @Override
      public void close() {
        feed.close();
      }
    };
  }

  @Override
  public void clear() {
    var unused = backend.clear();
  }

  @Override
  public void check(StoredRecord record) {
    String of = " of record \"" + record.id() + "\" of type \"" + record.type() + "\"";
    check("payload" + of, record.payload().size(), limits.payloadBytes());
    check("type" + of, utf8(record.type()), limits.typeBytes());
    check("id" + of, utf8(record.id()), limits.idBytes());
  }

  @Override
  public void check(String type, TypeOptions options) {
    String of = " of type \"" + type + "\"";
    check("name" + of, utf8(type), limits.typeBytes());
    for (String field : options.indexedFields()) {
      check("indexed field" + of, utf8(field), limits.idBytes());
    }
  }

  private static void check(String part, long bytes, long limit) {
    if (bytes > limit) {
      throw new LimitExceededException(part, bytes, limit, "bytes");
    }
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public void restore(List<StoredRecord> batch) {
    var unused = backend.restore(batch);
  }

  @Override
  public Map<String, TypeOptions> options() {
    return backend.options();
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    backend.setOptions(type, options);
  }

  @Override
  public Checkpoint checkpoint() {
    return backend.checkpoint();
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    backend.setCheckpoint(checkpoint);
  }

  @Override
  public int batchRecords() {
    return Math.min(BATCH_RECORDS, limits.batchRecords());
  }

  @Override
  public long batchBytes() {
    return Math.min(BATCH_BYTES, limits.batchBytes());
  }

  @Override
  public void close() {
    closing.run();
  }
}
