package io.databroker.server.cli;

import io.databroker.api.Limits;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Batch of records, stored when it reaches the size that every backend accepts. */
final class ImportBatch {
  private static final Pattern INDEX = Pattern.compile("batch\\[(\\d{1,9})].*");
  private static final long PROGRESS_NANOS = 100_000_000;

  private final Connection connection;
  private final Terminal terminal;
  private final Function<StatusRuntimeException, String> message;
  private final List<Long> lines = new ArrayList<>();
  private PutRequest.Builder request = PutRequest.newBuilder();
  private int bytes;
  private long stored;
  private long shownAt = System.nanoTime();
  private boolean shown;

  ImportBatch(
      Connection connection, Terminal terminal, Function<StatusRuntimeException, String> message) {
    this.connection = connection;
    this.terminal = terminal;
    this.message = message;
  }

  long stored() {
    return stored;
  }

  void add(Record record, long line) throws FailedException {
    int size = record.getData().getSerializedSize();
    if (lines.size() == Limits.FLOOR.batchRecords() || bytes + size > Limits.FLOOR.batchBytes()) {
      send();
    }
    request.addRecords(record);
    lines.add(line);
    bytes += size;
  }

  void send() throws FailedException {
    if (lines.isEmpty()) {
      return;
    }
    try {
      var unused = connection.calls().put(request.build());
    } catch (StatusRuntimeException e) {
      throw new FailedException(where(e) + message.apply(e));
    }
    stored += lines.size();
    request = PutRequest.newBuilder();
    lines.clear();
    bytes = 0;
    showProgress();
  }

  /** Returns the line that the error names, or all lines of the batch. */
  private String where(StatusRuntimeException e) {
    Matcher index = INDEX.matcher(ServerErrors.argument(e));
    return index.matches()
        ? "line " + lines.get(Integer.parseInt(index.group(1))) + ": "
        : String.format(Locale.ROOT, "lines %d to %d: ", lines.get(0), lines.get(lines.size() - 1));
  }

  private void showProgress() {
    if (terminal.errIsTerminal() && System.nanoTime() - shownAt > PROGRESS_NANOS) {
      terminal.err().printf(Locale.ROOT, "\r%d records", stored);
      terminal.err().flush();
      shownAt = System.nanoTime();
      shown = true;
    }
  }

  void endProgress() {
    if (shown) {
      terminal.err().print("\r\033[K");
      terminal.err().flush();
    }
  }
}
