package io.databroker.tck.crashes;

import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.tck.child.Words;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.Operation;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reports of one child until its end.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class Life {
  final Leases leases;
  final List<Operation> reads = new ArrayList<>();
  final List<Changes> told = new ArrayList<>();
  final List<StoredRecord> seen = new ArrayList<>();
  private final List<Operation> answered = new ArrayList<>();
  private final Map<Integer, Operation> running = new LinkedHashMap<>();
  private @Nullable Position from;
  private @Nullable String failure;
  private Instant trimmed = Instant.MIN;
  private boolean ready;
  private boolean closed;
  private boolean ended;

  Life(Leases leases) {
    this.leases = leases;
  }

  /** Records an event. */
  void see(String event, String... more) {
    List<String> words = new ArrayList<>(List.of(event));
    words.addAll(List.of(more));
    see(words);
  }

  /** Records an event, which is the first word. */
  void see(List<String> words) {
    switch (words.get(0)) {
      case "read" -> reads.add(HistoryFile.operation(words.get(1)));
      case "from" ->
          from = new Position(Long.parseLong(words.get(1)), Long.parseLong(words.get(2)));
      case "told" -> told.add(HistoryFile.changes(words.get(1)));
      case "ready" -> {
        ready = true;
        leases.forget(); // the leases of the previous life were reported
      }
      case "call" -> {
        Operation call = HistoryFile.operation(words.get(1));
        running.put(call.client(), call);
      }
      case "answer" -> {
        Operation operation = HistoryFile.operation(words.get(1));
        running.remove(operation.client());
        answered.add(operation);
      }
      case "trim" -> {
        Instant before = Instant.parse(words.get(1));
        trimmed = before.isAfter(trimmed) ? before : trimmed;
      }
      case "seen" -> seen.addAll(HistoryFile.changes(words.get(1)).records());
      case "lease" -> leases.see(words.get(1), words.get(2), Long.parseLong(words.get(3)));
      case "closed" -> closed = true;
      case "failed" -> failure = words.get(1);
      default -> {
        // The event affects only the moment of the kill.
      }
    }
    ended = closed || failure != null || words.get(0).equals("idle");
  }

  /** Records all events of a child that is not killed. */
  void readAll(Reports reports) throws IOException {
    String line = reports.next();
    while (line != null && !ended) {
      see(Words.of(line));
      line = ended ? null : reports.next();
    }
  }

  /** Returns the server version that the child process reports. */
  long serverVersion() {
    return read(Answer.Told.class).versions().serverVersion();
  }

  /** Returns whether the child has finished. */
  boolean hasEnded() {
    return ended;
  }

  /** Returns the failure of the child as a stack trace, or null. */
  @Nullable String failure() {
    return failure;
  }

  /** Returns whether the child has read the whole store. */
  boolean isReady() {
    return ready;
  }

  /** Returns the position at which it opened its feed, if it did. */
  @Nullable Position from() {
    return from;
  }

  /** Returns the instant before which trims may have removed changes. */
  Instant trimmed() {
    return trimmed;
  }

  /** Returns the calls that returned. */
  List<Operation> answered() {
    return answered;
  }

  /** Returns the calls that were running at the end; their outcome is unknown. */
  List<Operation> running() {
    return List.copyOf(running.values());
  }

  /** Returns whether a clear was running at the end. */
  boolean wasClearing() {
    return running.values().stream().anyMatch(call -> call.call() instanceof Call.Clear);
  }

  /** Returns the first answer of the given kind that the child has read. */
  <T extends Answer> T read(Class<T> kind) {
    return reads.stream()
        .map(Operation::answer)
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst()
        .orElseThrow();
  }
}
