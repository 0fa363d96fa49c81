package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncLatestResponse;
import io.databroker.server.proto.TypedOptions;
import io.databroker.server.proto.Versions;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Messages of SyncLatest: the records, the options, and last the versions to continue from. Each is
 * a {@link SyncLatestResponse} or {@link Encoded}.
 */
final class SnapshotSource implements MessageSource<Object> {
  private final Snapshot snapshot;
  private volatile Iterator<StoredRecord> records;
  private final Iterator<TypedOptions> options;
  private volatile @Nullable Object waiting;
  private boolean ended;

  private SnapshotSource(Snapshot snapshot, String type) {
    this.snapshot = snapshot;
    this.records = snapshot.records();
    this.options = WireRecords.typedOptions(snapshot.options(), type).iterator();
  }

  static SnapshotSource open(Backend backend, SyncLatestRequest request) {
    String type = request.getType();
    Snapshot snapshot = backend.snapshot(type.isEmpty() ? Selection.all() : Selection.ofType(type));
    try {
      return new SnapshotSource(snapshot, type);
    } catch (RuntimeException | Error e) {
      snapshot.close();
      throw e;
    }
  }

  @Override
  public @Nullable Object poll() {
    if (ended) {
      return null;
    }
    Object again = waiting;
    if (again != null) {
      waiting = null;
      return again;
    }
    Iterator<StoredRecord> rest = records;
    if (rest.hasNext()) {
      return EncodedRecords.only(rest.next());
    }
    SyncLatestResponse.Builder message = SyncLatestResponse.newBuilder();
    if (options.hasNext()) {
      message.setOptions(options.next());
    } else {
      ended = true;
      message.setVersions(
          Versions.newBuilder()
              .setServerVersion(snapshot.position().serverVersion())
              .setLatestRecordVersion(snapshot.position().version()));
    }
    return message.build();
  }

  @Override
  public void back(Object message) {
    waiting = message;
  }

  /** A record that waits for room: a store that reads from its disk gives each stream a copy. */
  @Override
  public long held() {
    return waiting instanceof LargeRecord large ? large.size() : 0;
  }

  @Override
  public boolean ended() {
    return ended;
  }

  @Override
  public void onReady(Runnable signal) {
    signal.run(); // A snapshot source never waits for a change.
  }

  @Override
  public void close() {
    // The client may not read the end of the stream, which then stays in memory.
    waiting = null;
    records = Collections.emptyIterator();
    snapshot.close();
  }
}
