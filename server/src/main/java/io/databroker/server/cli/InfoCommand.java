package io.databroker.server.cli;

import com.google.protobuf.Empty;
import io.databroker.server.proto.ServerInfoResponse;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Shows where the history stands. */
@Command(
    name = "info",
    description = {
      "Shows where the server's history stands.",
      "Its name (the server version), and the versions of the first change that is held and of the",
      "last one; as name, tab and value if not on a terminal."
    },
    footer = {"", "Example:", "  databroker info"})
final class InfoCommand extends RemoteCommand {
  InfoCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    ServerInfoResponse info = connection.calls().serverInfo(Empty.getDefaultInstance());
    line(output, "server-version", info.getServerVersion());
    line(output, "earliest-version", info.getEarliestRecordVersion());
    line(output, "latest-version", info.getLatestRecordVersion());
  }

  private void line(Output output, String name, long value)
      throws ReaderGoneException, FailedException {
    String format = terminal.outIsTerminal() ? "%-18s%s" : "%s\t%s";
    output.line(String.format(Locale.ROOT, format, name, Long.toUnsignedString(value)));
  }
}
