package io.databroker.tck.history;

import io.databroker.api.ClearResult;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client was answered.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public sealed interface Answer {

  /**
   * Of a put that was applied.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Stored(PutResult result) implements Answer {}

  /**
   * Of a put whose condition did not hold.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record ConditionFailed(int index, long found) implements Answer {}

  /**
   * Of a get.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Found(@Nullable StoredRecord live) implements Answer {}

  /**
   * Of a listTypes.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Types(List<String> types) implements Answer {
    /** Takes an unmodifiable copy: the one handed out may be alive. */
    public Types {
      types = List.copyOf(types);
    }
  }

  /**
   * Of a snapshot.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Shown(Position position, Map<String, TypeOptions> options, List<StoredRecord> records)
      implements Answer {
    /** Takes unmodifiable copies. */
    public Shown {
      options = Map.copyOf(options);
      records = List.copyOf(records);
    }
  }

  /**
   * Of a versions.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Told(Versions versions) implements Answer {}

  /**
   * Of a setOptions.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Done() implements Answer {}

  /**
   * Of a clear.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Cleared(ClearResult result) implements Answer {}

  /**
   * It failed, and says that nothing was applied.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record NotApplied(String error) implements Answer {}

  /**
   * It may have taken effect, may yet, or never will.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Unknown() implements Answer {}

  /**
   * It failed as no operation may.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Crashed(String failure) implements Answer {}
}
