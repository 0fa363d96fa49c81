package io.databroker.server.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import io.databroker.server.json.JsonException;
import io.databroker.server.json.StructReader;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.QueryResponse;
import io.databroker.server.proto.Record;
import io.grpc.StatusRuntimeException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that finds records. */
@Command(
    name = "query",
    description = {
      "Shows the records that match a filter and contain a text, ordered by type and id.",
      "A field that \"databroker options\" does not index matches nothing."
    },
    footer = {
      "",
      "Filters are JSON objects: {\"owner\":\"ann\"} is equality, "
          + "{\"plate\":{\"country\":\"DE\"}} or",
      "{\"plate.country\":\"DE\"} a path, several fields AND, a list of values OR; $and and "
          + "$or take",
      "lists of filters. The field id is the record's id. $index is an address: it finds the",
      "records of the longest range in $index.cidr that contains it.",
      "",
      "Examples:",
      "  databroker query --type car --filter '{\"owner\":[\"ann\",\"bob\"]}'",
      "  databroker query --type net --filter '{\"$index\":\"10.1.2.3\"}'",
      "  databroker query --match blue --limit 10"
    })
final class QueryCommand extends RemoteCommand {
  /** Number of records in one request; fewer where they are large. */
  private static final long PAGE = 1_000;

  @Option(names = "--type", paramLabel = "TYPE", description = "Only records of that type.")
  private String type = "";

  @Option(
      names = "--filter",
      paramLabel = "JSON",
      description = "Show only records that match this filter; see below.")
  private @Nullable String filter;

  @Option(
      names = "--match",
      paramLabel = "TEXT",
      description =
          "Show only records with this text in their data; upper and lower case are equal.")
  private String match = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Show at most this many records; all if not given.")
  private long limit = Long.MAX_VALUE;

  @Option(names = "--offset", paramLabel = "N", description = "Leave out the first N.")
  private long offset;

  @Mixin private final RecordFormat format = new RecordFormat();

  private long page = PAGE;

  QueryCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void ask(Connection connection, Output output) throws Exception {
    if (limit < 0 || offset < 0) {
      throw usage("--limit and --offset must be 0 or more");
    }
    QueryRequest.Builder request = QueryRequest.newBuilder().setType(type).setQuery(match);
    if (filter != null) {
      request.setFilter(parse(filter));
      checkDepth(request.build());
    }
    RecordWriter records = format.to(output);
    long shown = 0;
    long version = 0;
    boolean changed = false;
    QueryResponse answer;
    do {
      answer = next(connection, request, shown);
      for (Record record : answer.getRecordsList()) {
        records.write(record);
      }
      records.flush();
      changed |= shown > 0 && version != answer.getRecordVersion();
      version = answer.getRecordVersion();
      shown += answer.getRecordsCount();
    } while (answer.getRecordsCount() > 0
        && shown < limit
        && offset + shown < answer.getTotalCount());
    if (changed) {
      terminal.tell(
          "records changed while they were shown page by page; some may be missing or come twice");
    }
    if (terminal.errIsTerminal()) {
      terminal
          .err()
          .printf(
              Locale.ROOT,
              "%d of %d records, at version %s%n",
              shown,
              answer.getTotalCount(),
              Long.toUnsignedString(version));
    }
  }

  private QueryResponse next(Connection connection, QueryRequest.Builder request, long shown) {
    while (true) {
      request.setOffset(offset + shown).setLimit(Math.min(page, limit - shown));
      try {
        return connection.calls().query(request.build());
      } catch (StatusRuntimeException e) {
        boolean tooLarge = ServerErrors.argument(e).equals("limit");
        if (!tooLarge || request.getLimit() <= 1) {
          throw e;
        }
        page = request.getLimit() / 2;
      }
    }
  }

  private Struct parse(String json) {
    try {
      return StructReader.object(json);
    } catch (JsonException e) {
      throw usage("--filter: " + e.getMessage());
    }
  }

  /** Checks the depth: JSON may nest deeper than the server accepts. */
  private void checkDepth(QueryRequest request) {
    try {
      var unused = QueryRequest.parseFrom(request.toByteString());
    } catch (InvalidProtocolBufferException e) {
      throw usage("--filter: nested too deeply");
    }
  }
}
