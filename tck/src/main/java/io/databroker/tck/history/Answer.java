package io.databroker.tck.history;

import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answer to a call. */
public sealed interface Answer {

  /** Answer to a put that was applied. */
  record Stored(PutResult result) implements Answer {}

  /** Answer to a put whose condition did not hold. */
  record ConditionFailed(int index, long found) implements Answer {}

  /** Answer to a get. */
  record Found(@Nullable StoredRecord live) implements Answer {}

  /** Answer to a listTypes. */
  record Types(List<String> types) implements Answer {
    /** Copies the list, because a wrong backend may change it later. */
    public Types {
      types = List.copyOf(types);
    }
  }

  /** Answer to a snapshot. */
  record Shown(Position position, Map<String, TypeOptions> options, List<StoredRecord> records)
      implements Answer {
    /** Copies the collections. */
    public Shown {
      options = Map.copyOf(options);
      records = List.copyOf(records);
    }
  }

  /** Answer to a call of versions. */
  record Told(Versions versions) implements Answer {}

  /** Answer to a call of options. */
  record Configured(Map<String, TypeOptions> options) implements Answer {
    /** Copies the map. */
    public Configured {
      options = Map.copyOf(options);
    }
  }

  /** Answer to an expire: the number of records that it deleted. */
  record Counted(long count) implements Answer {}

  /** Answer to a call of checkpoint. */
  record Marked(Checkpoint checkpoint) implements Answer {}

  /** Answer to a setOptions or a setCheckpoint. */
  record Done() implements Answer {}

  /** Answer to a clear. */
  record Cleared(ClearResult result) implements Answer {}

  /** Failure with an error that promises that nothing was applied. */
  record NotApplied(String error) implements Answer {}

  /** Unknown outcome: the call has taken effect, will, or never does. */
  record Unknown() implements Answer {}

  /** Failure that the contract does not allow. */
  record Crashed(String failure) implements Answer {}
}
