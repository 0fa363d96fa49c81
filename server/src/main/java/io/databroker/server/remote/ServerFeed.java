package io.databroker.server.remote;

import io.databroker.api.Changes;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.UnavailableException;
import io.databroker.api.Versions;
import io.databroker.host.copy.CopyEnd;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.databroker.server.wire.WireValues;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Changes of a server, as many in one answer as have arrived. */
final class ServerFeed implements CopyEnd.Feed {
  private static final int MOST = 1_000;
  private static final long ANSWER_SECONDS = 60;

  private final BlockingClientCall<?, SyncResponse> call;
  private final Supplier<Versions> versions;
  private Position reached;

  private ServerFeed(
      BlockingClientCall<?, SyncResponse> call, Position from, Supplier<Versions> versions) {
    this.call = call;
    this.reached = from;
    this.versions = versions;
  }

  static ServerFeed open(Channel channel, Position from, Supplier<Versions> versions) {
    Versions now = versions.get();
    if (now.serverVersion() != from.serverVersion()) {
      throw new HistoryReplacedException(from.serverVersion(), now.serverVersion());
    }
    if (Long.compareUnsigned(from.version() + 1, now.earliest()) < 0) {
      if (from.version() != 0) {
        throw new HistoryTrimmedException(from.version(), now.earliest());
      }
      checkBeginning(channel, from, versions);
    }
    return start(channel, from, true, versions);
  }

  private static ServerFeed start(
      Channel channel, Position from, boolean wait, Supplier<Versions> versions) {
    return new ServerFeed(
        DataBrokerServiceGrpc.newBlockingV2Stub(channel).sync(request(from, wait)), from, versions);
  }

  static SyncRequest request(Position from, boolean wait) {
    return SyncRequest.newBuilder()
        .setServerVersion(from.serverVersion())
        .setRecordVersion(from.version())
        .setWait(wait)
        .build();
  }

  /**
   * Checks that the server accepts version 0. After a clear, this is the beginning of a history
   * whose first version is larger, and only the server can tell that from a trimmed history.
   */
  private static void checkBeginning(
      Channel channel, Position beginning, Supplier<Versions> versions) {
    try (ServerFeed probe = start(channel, beginning, false, versions)) {
      try {
        var unused = probe.call.read(ANSWER_SECONDS, TimeUnit.SECONDS);
      } catch (StatusException e) {
        throw probe.failure(e);
      } catch (TimeoutException e) {
        throw new UnavailableException("the server does not answer", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UnavailableException("the thread was interrupted", e);
      }
    }
  }

  @Override
  public @Nullable Changes next(Duration patience) throws InterruptedException {
    List<StoredRecord> records = new ArrayList<>();
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (records.size() < MOST) {
        long left = records.isEmpty() ? Math.max(1, deadline - System.nanoTime()) : 1;
        SyncResponse message = call.read(left, TimeUnit.NANOSECONDS);
        if (message == null) {
          throw CallFailures.endedEarly();
        }
        if (message.hasRecord()) {
          records.add(WireValues.record(message.getRecord()));
        }
      }
    } catch (TimeoutException e) {
      // No further message arrived in time.
    } catch (StatusException e) {
      throw failure(e);
    }
    if (records.isEmpty()) {
      return null;
    }
    long last = records.get(records.size() - 1).version();
    reached = new Position(reached.serverVersion(), last);
    return new Changes(records, reached);
  }

  private RuntimeException failure(StatusException e) {
    if (e.getStatus().getCode() == Status.Code.ABORTED) {
      Versions now = versions.get();
      return now.serverVersion() == reached.serverVersion()
          ? new HistoryTrimmedException(reached.version(), now.earliest())
          : new HistoryReplacedException(reached.serverVersion(), now.serverVersion());
    }
    return CallFailures.ofRead(e.getStatus().asRuntimeException(e.getTrailers()));
  }

  @Override
  public void close() {
    call.cancel("the copy has what it needs", null);
  }
}
