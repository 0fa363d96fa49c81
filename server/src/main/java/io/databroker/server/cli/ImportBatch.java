package io.databroker.server.cli;

import io.databroker.api.ErrorId;
import io.databroker.api.Limits;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.wire.ErrorDetails;
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
    put(request.getRecordsList(), lines);
    request = PutRequest.newBuilder();
    lines.clear();
    bytes = 0;
  }

  /**
   * Stores records, in several batches if the server rejects one as too large: the payloads of the
   * records that it deletes count too (LIMIT-3), and only the server knows them.
   */
  private void put(List<Record> records, List<Long> at) throws FailedException {
    try {
      var unused = connection.calls().put(PutRequest.newBuilder().addAllRecords(records).build());
    } catch (StatusRuntimeException e) {
      Matcher index = INDEX.matcher(ServerErrors.argument(e));
      int count = records.size();
      if (index.matches() || count == 1) {
        throw failed("line " + at.get(index.matches() ? Integer.parseInt(index.group(1)) : 0), e);
      }
      if (!ErrorDetails.id(e).equals(ErrorId.LIMIT_EXCEEDED.label())) {
        throw failed(String.format(Locale.ROOT, "lines %d to %d", at.get(0), at.get(count - 1)), e);
      }
      put(records.subList(0, count / 2), at.subList(0, count / 2));
      put(records.subList(count / 2, count), at.subList(count / 2, count));
      return;
    }
    stored += records.size();
    showProgress();
  }

  private FailedException failed(String where, StatusRuntimeException e) {
    return new FailedException(where + ": " + message.apply(e));
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
