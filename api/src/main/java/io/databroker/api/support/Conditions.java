package io.databroker.api.support;

import io.databroker.api.ConditionFailedException;
import io.databroker.api.Write;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * Checks the conditions of a batch.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class Conditions {
  private Conditions() {}

  /**
   * Checks all conditions against the records before the batch (PUT-4, PUT-5).
   *
   * @param found the version of the live record of the write at that index; 0 if there is none
   * @throws ConditionFailedException if a condition does not hold; it names the first such write
   */
  public static void check(List<Write> batch, IntToLongFunction found) {
    for (int i = 0; i < batch.size(); i++) {
      Write write = batch.get(i);
      long version = found.applyAsLong(i);
      if (!write.condition().holds(version)) {
        throw new ConditionFailedException(i, write, version);
      }
    }
  }
}
