package io.databroker.tck.history;

import io.databroker.api.Selection;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.util.List;

/**
 * What a client asked of a backend.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public sealed interface Call {

  /** Whether it may change what the backend holds. */
  default boolean writes() {
    return false;
  }

  /**
   * A batch.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Put(List<Write> batch) implements Call {
    /** Takes an unmodifiable copy. */
    public Put {
      batch = List.copyOf(batch);
    }

    @Override
    public boolean writes() {
      return true;
    }
  }

  /**
   * A get.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Get(String type, String id) implements Call {}

  /**
   * A listTypes.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record ListTypes() implements Call {}

  /**
   * A snapshot, read to its end.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record TakeSnapshot(Selection selection) implements Call {}

  /**
   * A versions.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record ReadVersions() implements Call {}

  /**
   * A setOptions.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record SetOptions(String type, TypeOptions options) implements Call {
    @Override
    public boolean writes() {
      return true;
    }
  }

  /**
   * A clear.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record Clear() implements Call {
    @Override
    public boolean writes() {
      return true;
    }
  }
}
