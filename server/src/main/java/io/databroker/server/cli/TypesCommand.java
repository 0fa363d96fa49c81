package io.databroker.server.cli;

import com.google.gson.JsonObject;
import com.google.protobuf.Empty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Command that lists the types. */
@Command(
    name = "types",
    description = {
      "Lists the types that have records, one per line, ordered by code point.",
      "Control characters are shown as escapes such as \\u000a; use -o json if a type may "
          + "have them."
    },
    footer = {"", "Example:", "  databroker types"})
final class TypesCommand extends RemoteCommand {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description =
          "Show the types as json, one per line, or as a table; as plain text if not given.")
  private @Nullable Layout layout;

  TypesCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    List<String> types = connection.calls().listTypes(Empty.getDefaultInstance()).getTypesList();
    if (layout == null) {
      for (String type : types) {
        output.line(ErrorLine.printable(type));
      }
    } else if (layout == Layout.JSON) {
      for (String type : types) {
        JsonObject json = new JsonObject();
        json.addProperty("type", type);
        output.line(json.toString());
      }
    } else {
      Table table = new Table(output, "TYPE");
      for (String type : types) {
        table.row(type);
      }
      table.flush();
    }
  }
}
