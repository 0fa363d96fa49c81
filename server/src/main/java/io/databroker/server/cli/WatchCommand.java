package io.databroker.server.cli;

import com.google.protobuf.Empty;
import io.databroker.server.json.RecordLine;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Command that follows the changes. */
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
      "  databroker watch --type car --from 120 --no-wait",
      "  databroker watch --history 8817 --from 120 --reconnect"
    })
final class WatchCommand extends RemoteCommand {
  private static final long RETRY_MILLIS = 1_000;

  @Spec private CommandSpec spec;

  @Option(names = "--type", paramLabel = "TYPE", description = "Only the changes of that type.")
  private String type = "";

  @Option(
      names = "--from",
      paramLabel = "VERSION",
      converter = UnsignedConverter.class,
      description = "Only the changes after that version; \"databroker info\" tells the last one.")
  private @Nullable Long from;

  @Option(
      names = "--history",
      paramLabel = "SERVER-VERSION",
      converter = UnsignedConverter.class,
      description =
          "The history that --from is a version of, as \"databroker info\" tells it: another one is"
              + " an error. The current one if not given.")
  private @Nullable Long history;

  @Option(names = "--no-wait", description = "End with the last change there is.")
  private boolean noWait;

  @Option(
      names = "--reconnect",
      description =
          "Go on where it was, each time that the server is back; else end when it leaves.")
  private boolean reconnect;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec
  WatchCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    if (history != null && from == null) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--history needs --from");
    }
    while (true) {
      try {
        watch(connection, output);
        return;
      } catch (StatusRuntimeException e) {
        if (!reconnect || e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
          throw e;
        }
        terminal.err().println("databroker: " + message(e) + "; trying again");
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      }
    }
  }

  private void watch(Connection connection, Output output) throws Exception {
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
      if (message.hasRecord()) {
        output.line(RecordLine.of(message.getRecord()));
        from = message.getRecord().getVersion();
        if (!noWait) {
          output.flush(); // somebody waits for it
        }
      }
    }
  }
}
