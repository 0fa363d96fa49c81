package io.databroker.tck.history;

import io.databroker.api.FieldExtractor;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Shrinks a history that violates the contract until a person can read it.
 *
 * <p>Each step removes something and is kept only if the rest violates the contract for the same
 * reason. It removes: everything after an instant (a call in progress then may or may not have
 * taken effect, with the answer that it got later); reads, which change nothing; whole types, from
 * all batches and answers; and writes that returned before everything else began, which become part
 * of the state before. Other writes are removed only with their type, or if the answers are wrong
 * by themselves.
 */
final class Minimiser {
  private static final long LONGEST_NANOS = 3_000_000_000L;

  private final FieldExtractor extractor;
  private final String reason;
  private final long deadline = System.nanoTime() + LONGEST_NANOS;

  private Minimiser(FieldExtractor extractor, String reason) {
    this.extractor = extractor;
    this.reason = reason;
  }

  /** Returns a small history with the same violation. */
  static History minimise(History history, FieldExtractor extractor) {
    if (!(Checker.judge(history, extractor) instanceof Verdict.Violated violated)) {
      return history;
    }
    Minimiser minimiser = new Minimiser(extractor, violated.reason());
    if (Sightings.problemWith(history) != null) {
      return minimiser.drop(history, operation -> true);
    }
    History small = minimiser.cut(history);
    small = minimiser.drop(small, Operation::onlyReads);
    small = minimiser.project(small);
    small = minimiser.drop(small, Operation::onlyReads);
    small = minimiser.dropPending(small);
    return minimiser.fold(small);
  }

  private boolean isLate() {
    return System.nanoTime() - deadline >= 0;
  }

  private boolean isForbidden(History history) {
    return !isLate()
        && Checker.judge(history, extractor) instanceof Verdict.Violated violated
        && violated.reason().equals(reason);
  }

  /** Cuts the history after the first return that makes it a violation. */
  private History cut(History history) {
    List<Long> moments =
        history.operations().stream()
            .map(Operation::ended)
            .filter(ended -> ended != Operation.NEVER)
            .sorted()
            .toList();
    int low = 0;
    int high = moments.size() - 1;
    while (low < high) {
      int middle = (low + high) / 2;
      if (isForbidden(cutAt(history, moments.get(middle)))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    History cut = high < 0 ? history : cutAt(history, moments.get(high));
    return isForbidden(cut) ? cut : history;
  }

  static History cutAt(History history, long moment) {
    List<Operation> kept = new ArrayList<>();
    for (Operation operation : history.operations()) {
      if (operation.ended() <= moment) {
        kept.add(operation);
      } else if (operation.began() < moment && !operation.onlyReads()) {
        kept.add(
            new Operation(
                operation.client(),
                operation.began(),
                Operation.NEVER,
                operation.call(),
                operation.answer()));
      }
    }
    return history.with(kept);
  }

  private History drop(History history, Predicate<Operation> droppable) {
    History small = history;
    // Try halves first, then single operations.
    for (int size = history.operations().size(); size >= 1; size /= 2) {
      for (int from = small.operations().size() - size; from > -size; from -= size) {
        if (isLate()) {
          return small;
        }
        int first = Math.max(0, from);
        int last = from + size;
        List<Operation> all = small.operations();
        List<Operation> kept = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
          if (i < first || i >= last || !droppable.test(all.get(i))) {
            kept.add(all.get(i));
          }
        }
        if (kept.size() < all.size() && isForbidden(small.with(kept))) {
          small = small.with(kept);
        }
      }
    }
    return small;
  }

  /**
   * Removes writes in progress at the end that no answer can have seen: all other answers have
   * smaller versions.
   */
  private History dropPending(History history) {
    History small = history;
    for (Operation pending : List.copyOf(history.operations())) {
      if (!isLate() && pending.isOptional() && pending.answer() instanceof Answer.Stored) {
        List<Operation> others = new ArrayList<>(small.operations());
        others.remove(pending);
        boolean unseen =
            others.stream()
                .filter(other -> !other.isOptional())
                .allMatch(other -> Long.compareUnsigned(reach(other), first(pending)) < 0);
        if (unseen && isForbidden(small.with(others))) {
          small = small.with(others);
        }
      }
    }
    return small;
  }

  /** Returns the first version of a write. */
  private static long first(Operation write) {
    return ((Answer.Stored) write.answer())
        .result().records().stream()
            .mapToLong(StoredRecord::version)
            .filter(version -> version != 0)
            .min()
            .orElse(0);
  }

  /** Returns a version that the operation surely does not come after; the highest if unknown. */
  private static long reach(Operation operation) {
    Answer answer = operation.answer();
    if (answer instanceof Answer.Shown shown) {
      return shown.position().version();
    } else if (answer instanceof Answer.Told told) {
      return told.versions().latest();
    } else if (answer instanceof Answer.Stored stored && !operation.onlyReads()) {
      List<StoredRecord> records = stored.result().records();
      return records.stream().mapToLong(StoredRecord::version).max().orElse(-1);
    }
    return -1;
  }

  private History project(History history) {
    if (history.operations().stream().anyMatch(o -> o.answer() instanceof Answer.Unknown)) {
      return history; // their versions are unknown
    }
    List<String> types = new ArrayList<>(typesOf(history));
    History small = history;
    // Try halves first, then single types.
    for (int size = (types.size() + 1) / 2; size >= 1; size /= 2) {
      for (int from = types.size() - size; from > -size && !isLate(); from -= size) {
        Set<String> fewer = new HashSet<>(types);
        fewer.removeAll(types.subList(Math.max(0, from), from + size));
        History without = onto(history, fewer::contains);
        if (fewer.size() < types.size() && isForbidden(without)) {
          types.retainAll(fewer);
          small = without;
        }
      }
    }
    return small;
  }

  static Set<String> typesOf(History history) {
    Set<String> types = new TreeSet<>();
    history.start().records().forEach(record -> types.add(record.type()));
    types.addAll(history.start().options().keySet());
    for (Operation operation : history.operations()) {
      if (operation.call() instanceof Call.Put put) {
        put.batch().forEach(write -> types.add(write.type()));
      } else if (operation.call() instanceof Call.Get get) {
        types.add(get.type());
      } else if (operation.call() instanceof Call.SetOptions set) {
        types.add(set.type());
      }
      if (operation.answer() instanceof Answer.Types listed) {
        types.addAll(listed.types());
      } else if (operation.answer() instanceof Answer.Shown shown) {
        shown.records().forEach(record -> types.add(record.type()));
      }
    }
    return types;
  }

  static History onto(History history, Predicate<String> types) {
    History.Start start = history.start();
    return new History(
        new History.Start(
            start.serverVersion(),
            start.latest(),
            onto(start.options(), types),
            start.records().stream().filter(record -> types.test(record.type())).toList(),
            false,
            start.checkpoint()),
        history.operations().stream()
            .map(operation -> onto(operation, types))
            .filter(operation -> operation != null)
            .toList());
  }

  private static Map<String, TypeOptions> onto(
      Map<String, TypeOptions> options, Predicate<String> types) {
    return options.entrySet().stream()
        .filter(entry -> types.test(entry.getKey()))
        .collect(Collectors.toMap(entry -> entry.getKey(), entry -> entry.getValue()));
  }

  /** Restricts an operation to these types; returns null if nothing is left. */
  private static @Nullable Operation onto(Operation operation, Predicate<String> types) {
    Call call = operation.call();
    Answer answer = operation.answer();
    if (call instanceof Call.Put put) {
      if (answer instanceof Answer.ConditionFailed failed) {
        // The failed condition belongs to one write only.
        Write failing = put.batch().get(failed.index());
        if (!types.test(failing.type())) {
          return null;
        }
        call = new Call.Put(List.of(failing));
        answer = new Answer.ConditionFailed(0, failed.found());
      } else if (answer instanceof Answer.Stored stored) {
        List<Write> writes = new ArrayList<>();
        List<StoredRecord> records = new ArrayList<>();
        for (int i = 0; i < put.batch().size(); i++) {
          if (types.test(put.batch().get(i).type())) {
            writes.add(put.batch().get(i));
            records.add(stored.result().records().get(i));
          }
        }
        if (writes.isEmpty()) {
          return null;
        }
        call = new Call.Put(writes);
        answer = new Answer.Stored(new PutResult(stored.result().serverVersion(), records));
      }
    } else if (call instanceof Call.Get get) {
      return types.test(get.type()) ? operation : null;
    } else if (call instanceof Call.SetOptions set) {
      return types.test(set.type()) ? operation : null;
    } else if (answer instanceof Answer.Configured configured) {
      answer = new Answer.Configured(onto(configured.options(), types));
    } else if (answer instanceof Answer.Types listed) {
      answer = new Answer.Types(listed.types().stream().filter(types).toList());
    } else if (answer instanceof Answer.Shown shown) {
      Selection selection = ((Call.TakeSnapshot) call).selection();
      String only =
          selection instanceof Selection.OfType ofType
              ? ofType.type()
              : selection instanceof Selection.Where where ? where.type() : null;
      if (only != null && !types.test(only)) {
        return null;
      }
      answer =
          new Answer.Shown(
              shown.position(),
              onto(shown.options(), types),
              shown.records().stream().filter(record -> types.test(record.type())).toList());
    }
    return new Operation(operation.client(), operation.began(), operation.ended(), call, answer);
  }

  /** Moves leading writes into the state before, except a last one that evicts. */
  private History fold(History history) {
    History before = null;
    History small = history;
    History folded = folded(small, extractor);
    while (folded != null && isForbidden(folded)) {
      before = small;
      small = folded;
      folded = folded(small, extractor);
    }
    // A write that evicts stays: its evictions or their versions may be the violation.
    return before != null && evicts(before) ? before : small;
  }

  private boolean evicts(History history) {
    Operation head = history.operations().get(0);
    Model model = new Model(history.start(), extractor);
    return model.allows(head) && model.changes().size() > head.written();
  }

  /** Moves the first operation into the state before; returns null if that is impossible. */
  static @Nullable History folded(History history, FieldExtractor extractor) {
    if (history.operations().size() < 2) {
      return null;
    }
    Model model = new Model(history.start(), extractor);
    List<Operation> rest = new ArrayList<>(history.operations());
    Operation head = rest.remove(0);
    boolean before = rest.stream().allMatch(other -> head.ended() < other.began());
    if (!before || head.onlyReads() || !model.allows(head)) {
      return null;
    }
    return new History(
        new History.Start(
            model.serverVersion(),
            model.latest(),
            model.options(),
            model.records(),
            history.start().exact(),
            model.checkpoint()),
        rest);
  }
}
