package io.databroker.server.cli;

import com.google.protobuf.util.Durations;
import io.databroker.server.proto.GetOptionsRequest;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.SetOptionsRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that shows the options of a type. */
@Command(
    name = "options",
    description = {
      "Shows the options of a type as JSON; the subcommands set and remove them.",
      "Fails if none are set. For a type named like a subcommand, write \"options -- set\"."
    },
    footer = {
      "",
      "Examples:",
      "  databroker options car",
      "  databroker options set car --capacity 1000 --ttl 7d --index owner --index plate.country",
      "  databroker options clear car"
    })
final class OptionsCommand extends RemoteCommand {
  // Not required, because the subcommands have their own type.
  @Parameters(arity = "0..1", paramLabel = "TYPE", description = "The type.")
  private @Nullable String type;

  OptionsCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    if (type == null) {
      throw usage("give a TYPE");
    }
    GetOptionsRequest request = GetOptionsRequest.newBuilder().setType(type).build();
    output.line(OptionsJson.write(connection.calls().getOptions(request).getOptions()));
  }

  private static void replace(Connection connection, String type, Options options) {
    SetOptionsRequest request =
        SetOptionsRequest.newBuilder().setType(type).setOptions(options).build();
    // Without a time limit: it evicts and indexes the stored records.
    var unused = connection.streams().setOptions(request);
  }

  @Command(
      name = "set",
      description = "Replaces all options of a type by the given ones.",
      footer = {
        "",
        "Example:",
        "  databroker options set car --capacity 1000 --ttl 7d --index owner"
      })
  static final class Set extends RemoteCommand {
    @Parameters(paramLabel = "TYPE", description = "The type.")
    private String type = "";

    @Option(
        names = "--capacity",
        paramLabel = "N",
        converter = UnsignedConverter.class,
        description = "How many records to keep; the oldest writes are evicted. 0 keeps none.")
    private @Nullable Long capacity;

    @Option(
        names = "--ttl",
        paramLabel = "DURATION",
        description = "How long to keep a record after its last write, such as 90s, 12h or 7d.")
    private @Nullable Duration ttl;

    @Option(
        names = "--index",
        paramLabel = "FIELD",
        arity = "1..*",
        description = "Field of the data to index for look-ups, such as owner or plate.country.")
    private List<String> fields = new ArrayList<>();

    Set(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(Connection connection, Output output) {
      Options.Builder options = Options.newBuilder().addAllIndexableFields(fields);
      if (capacity != null) {
        options.setCapacity(capacity);
      }
      if (ttl != null) {
        options.setTtl(Durations.fromNanos(ttl.toNanos()));
      }
      if (options.build().equals(Options.getDefaultInstance())) {
        throw usage("give --capacity, --ttl or --index; \"options clear\" removes them");
      }
      replace(connection, type, options.build());
    }
  }

  @Command(
      name = "clear",
      description = "Removes the options of a type; its records stay.",
      footer = {"", "Example:", "  databroker options clear car"})
  static final class Clear extends RemoteCommand {
    @Parameters(paramLabel = "TYPE", description = "The type.")
    private String type = "";

    Clear(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(Connection connection, Output output) {
      replace(connection, type, Options.getDefaultInstance());
    }
  }
}
