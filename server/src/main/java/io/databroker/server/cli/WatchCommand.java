package io.databroker.server.cli;

import com.google.protobuf.Empty;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that shows changes as they happen. */
@Command(
    name = "watch",
    description = {
      "Shows each change, in order: first those that the server still holds, then new ones.",
      "A delete has deletedAt."
    },
    footer = {
      "",
      "Examples:",
      "  databroker watch",
      "  databroker watch --type car --from 120 --no-wait",
      "  databroker watch --history 8817 --from 120 --reconnect"
    })
final class WatchCommand extends RemoteCommand {
  private static final long RETRY_MILLIS = 1_000;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Show only the changes of that type.")
  private String type = "";

  @Option(
      names = "--from",
      paramLabel = "VERSION",
      converter = UnsignedConverter.class,
      description =
          "Show only the changes after that version; \"databroker info\" shows the last version.")
  private @Nullable Long from;

  @Option(
      names = "--history",
      paramLabel = "SERVER-VERSION",
      converter = UnsignedConverter.class,
      description =
          "The server version to which --from belongs, from \"databroker info\"; fails if "
              + "the server has another history. Default: the current one.")
  private @Nullable Long history;

  @Option(names = "--no-wait", description = "End after the last existing change.")
  private boolean noWait;

  @Option(
      names = "--reconnect",
      description =
          "If the connection is lost, reconnect and continue after the last change shown. "
              + "Fails if the history was replaced meanwhile.")
  private boolean reconnect;

  @Mixin private final RecordFormat format = new RecordFormat();

  /** True while the server is away, after the message to the user. */
  private boolean away;

  WatchCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    if (history != null && from == null) {
      throw usage("--history needs --from");
    }
    RecordWriter records = format.to(output);
    while (true) {
      try {
        watch(connection, records);
        return;
      } catch (StatusRuntimeException e) {
        if (!reconnect || !mayPass(e)) {
          throw e;
        }
        if (!away) {
          terminal.tell(ErrorLine.of(message(e)) + "; trying again");
          away = true; // one message per outage
        }
        connection.retryAtOnce();
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      }
    }
  }

  /** Returns whether the same call may succeed later. */
  private static boolean mayPass(StatusRuntimeException e) {
    return switch (e.getStatus().getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED -> true;
      default -> false;
    };
  }

  private void watch(Connection connection, RecordWriter records) throws Exception {
    if (history == null || from == null) {
      ServerInfoResponse info = connection.calls().serverInfo(Empty.getDefaultInstance());
      history = info.getServerVersion();
      from = from == null ? info.getEarliestRecordVersion() - 1 : from;
    }
    SyncRequest request =
        SyncRequest.newBuilder()
            .setServerVersion(history)
            .setRecordVersion(from)
            .setType(type)
            .setWait(!noWait)
            .build();
    Iterator<SyncResponse> messages = connection.streams().sync(request);
    while (messages.hasNext()) {
      SyncResponse message = messages.next();
      away = false;
      if (message.hasRecord()) {
        records.write(message.getRecord());
        from = message.getRecord().getVersion();
        if (!noWait) {
          records.flush(); // flush for a reader that waits
        }
      }
    }
    records.flush();
  }
}
