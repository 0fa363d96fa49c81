package io.databroker.server.cli;

import com.google.gson.JsonObject;
import com.google.protobuf.Empty;
import io.databroker.server.proto.ServerInfoResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Command that shows the versions of the history. */
@Command(
    name = "info",
    description = {
      "Shows the versions of the server's history.",
      "The server version names the history. The others are the versions of the first change",
      "still held and of the last change."
    },
    footer = {"", "Example:", "  databroker info"})
final class InfoCommand extends RemoteCommand {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description =
          "Show it as json or as a table. Default: a table on a terminal, otherwise name, "
              + "tab and value.")
  private @Nullable Layout layout;

  InfoCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    ServerInfoResponse info = connection.calls().serverInfo(Empty.getDefaultInstance());
    if (layout == Layout.JSON) {
      JsonObject json = new JsonObject();
      json.addProperty("serverVersion", Long.toUnsignedString(info.getServerVersion()));
      json.addProperty("earliestVersion", Long.toUnsignedString(info.getEarliestRecordVersion()));
      json.addProperty("latestVersion", Long.toUnsignedString(info.getLatestRecordVersion()));
      output.line(json.toString());
      return;
    }
    line(output, "server-version", info.getServerVersion());
    line(output, "earliest-version", info.getEarliestRecordVersion());
    line(output, "latest-version", info.getLatestRecordVersion());
  }

  private void line(Output output, String name, long value)
      throws ReaderGoneException, FailedException {
    String format = layout == Layout.TABLE || terminal.outIsTerminal() ? "%-18s%s" : "%s\t%s";
    output.line(String.format(Locale.ROOT, format, name, Long.toUnsignedString(value)));
  }
}
