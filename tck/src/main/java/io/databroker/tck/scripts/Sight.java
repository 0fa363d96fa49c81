package io.databroker.tck.scripts;

import io.databroker.api.Backend;
import io.databroker.api.Checkpoint;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.tck.engine.TestFields;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a read that ran during a script, with the states: one of them must give that
 * answer.
 */
record Sight(Call call, Object answer, int first, int last) {

  /** The answer of a get that found nothing. */
  static final Object NOTHING = "nothing";

  /**
   * A state of the store between two steps of a script.
   *
   * @param earliestFrom the first version before the step, if that was a trim, which may remove
   *     changes in several steps
   * @param inSteps whether the step before may have taken effect in several steps
   */
  record State(
      Versions versions,
      long earliestFrom,
      List<String> types,
      Map<String, TypeOptions> options,
      Checkpoint checkpoint,
      Map<List<String>, StoredRecord> records,
      boolean inSteps) {

    Set<StoredRecord> select(Selection selection) {
      Set<StoredRecord> selected = new HashSet<>();
      for (StoredRecord record : records.values()) {
        if (selects(selection, record)) {
          selected.add(record);
        }
      }
      return selected;
    }

    private boolean selects(Selection selection, StoredRecord record) {
      if (selection instanceof Selection.OfType ofType) {
        return record.type().equals(ofType.type());
      } else if (selection instanceof Selection.Where where) {
        List<String> fields = options.getOrDefault(where.type(), TypeOptions.NONE).indexedFields();
        Map<String, String> values =
            TestFields.FIRST.extract(record.type(), record.payload(), fields);
        return record.type().equals(where.type())
            && where.anyOf().stream()
                .anyMatch(
                    term ->
                        fields.contains(term.field())
                            && term.value().equals(values.get(term.field())));
      }
      return true;
    }
  }

  /** A snapshot, read to its end. */
  record Taken(Position position, Map<String, TypeOptions> options, Set<StoredRecord> records) {}

  private static boolean besideClear(List<State> states) {
    return states.stream().map(state -> state.versions().serverVersion()).distinct().count() > 1;
  }

  /** A read. */
  sealed interface Call {
    /** Makes the call. */
    Object make(Backend backend);

    /** Returns whether a state gives that answer. */
    boolean isOf(State state, Object answer);

    /**
     * Returns the rules that a wrong answer breaks, the main one first.
     *
     * @param states the states during the call
     */
    List<String> rules(Object answer, List<State> states);
  }

  record ReadVersions() implements Call {
    @Override
    public Object make(Backend backend) {
      return backend.versions();
    }

    @Override
    public boolean isOf(State state, Object answer) {
      Versions expected = state.versions();
      return answer instanceof Versions seen
          && seen.serverVersion() == expected.serverVersion()
          && seen.latest() == expected.latest()
          && seen.earliest() >= state.earliestFrom()
          && seen.earliest() <= expected.earliest();
    }

    @Override
    public List<String> rules(Object answer, List<State> states) {
      return List.of("VER-5");
    }
  }

  record ListTypes() implements Call {
    @Override
    public Object make(Backend backend) {
      return backend.listTypes();
    }

    @Override
    public boolean isOf(State state, Object answer) {
      return state.types().equals(answer);
    }

    @Override
    public List<String> rules(Object answer, List<State> states) {
      return List.of("LIST-4");
    }
  }

  record ReadOptions() implements Call {
    @Override
    public Object make(Backend backend) {
      return backend.options();
    }

    @Override
    public boolean isOf(State state, Object answer) {
      return state.options().equals(answer);
    }

    @Override
    public List<String> rules(Object answer, List<State> states) {
      return List.of(besideClear(states) ? "CLEAR-5" : "OPT-1");
    }
  }

  record ReadCheckpoint() implements Call {
    @Override
    public Object make(Backend backend) {
      return backend.checkpoint();
    }

    @Override
    public boolean isOf(State state, Object answer) {
      return state.checkpoint().equals(answer);
    }

    @Override
    public List<String> rules(Object answer, List<State> states) {
      return List.of("CHECK-1");
    }
  }

  record Get(String type, String id) implements Call {
    @Override
    public Object make(Backend backend) {
      @Nullable StoredRecord found = backend.get(type, id);
      return found == null ? NOTHING : found;
    }

    @Override
    public boolean isOf(State state, Object answer) {
      @Nullable StoredRecord live = state.records().get(List.of(type, id));
      return answer.equals(live == null ? NOTHING : live);
    }

    @Override
    public List<String> rules(Object answer, List<State> states) {
      return List.of("GET-1");
    }
  }

  record Take(Selection selection) implements Call {
    @Override
    public Object make(Backend backend) {
      try (Snapshot snapshot = backend.snapshot(selection)) {
        Set<StoredRecord> records = new HashSet<>();
        snapshot.records().forEachRemaining(records::add);
        return new Taken(snapshot.position(), snapshot.options(), records);
      }
    }

    @Override
    public boolean isOf(State state, Object answer) {
      return answer instanceof Taken taken
          && taken.position().equals(state.versions().end())
          && taken.options().equals(state.options())
          && taken.records().equals(state.select(selection));
    }

    @Override
    public List<String> rules(Object answer, List<State> states) {
      Taken taken = (Taken) answer;
      if (exceeds(taken)) {
        return List.of("CAP-5");
      }
      if (besideClear(states)) {
        return List.of("CLEAR-5");
      }
      boolean optionsAlone =
          states.stream()
              .anyMatch(
                  state ->
                      isOf(state, new Taken(taken.position(), state.options(), taken.records())));
      if (optionsAlone) {
        return List.of("SNAP-2", "CAP-5");
      }
      return List.of(selection instanceof Selection.Where ? "INDEX-1" : "SNAP-2");
    }

    /** Returns whether a snapshot holds more records of a type than its own options allow. */
    private static boolean exceeds(Taken taken) {
      return taken.options().entrySet().stream()
          .anyMatch(
              each -> {
                @Nullable Long capacity = each.getValue().capacity();
                long count =
                    taken.records().stream().filter(it -> it.type().equals(each.getKey())).count();
                return capacity != null && Long.compareUnsigned(count, capacity) > 0;
              });
    }
  }
}
