package io.databroker.server.cli;

import com.google.protobuf.Empty;
import io.databroker.server.json.RecordLine;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Follows the changes. */
@Command(
    name = "watch",
    description = {
      "Writes each change as a line of JSON, in order.",
      "First those that the server still holds, then those to come. A delete has deletedAt."
    },
    footer = {
      "",
      "Examples:",
      "  databroker watch",
      "  databroker watch --type car --from 120 --no-wait"
    })
final class WatchCommand extends RemoteCommand {
  @Option(names = "--type", paramLabel = "TYPE", description = "Only the changes of that type.")
  private String type = "";

  @Option(
      names = "--from",
      paramLabel = "VERSION",
      converter = UnsignedConverter.class,
      description = "Only the changes after that version; \"databroker info\" tells the last one.")
  private @Nullable Long from;

  @Option(names = "--no-wait", description = "End with the last change there is.")
  private boolean noWait;

  WatchCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    ServerInfoResponse info = connection.calls().serverInfo(Empty.getDefaultInstance());
    SyncRequest request =
        SyncRequest.newBuilder()
            .setServerVersion(info.getServerVersion())
            .setRecordVersion(from == null ? info.getEarliestRecordVersion() - 1 : from)
            .setType(type)
            .setWait(!noWait)
            .build();
    Iterator<SyncResponse> messages = connection.streams().sync(request);
    while (messages.hasNext()) {
      SyncResponse message = messages.next();
      if (message.hasRecord()) {
        output.line(RecordLine.of(message.getRecord()));
        if (!noWait) {
          output.flush(); // somebody waits for it
        }
      }
    }
  }
}
