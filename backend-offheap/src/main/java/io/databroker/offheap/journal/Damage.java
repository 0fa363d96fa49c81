package io.databroker.offheap.journal;

import io.databroker.api.StorageFailedException;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** Known damaged places of a segment. Each is logged once. */
public final class Damage {
  private static final System.Logger LOG = System.getLogger(Damage.class.getName());

  private final String file;
  private final Set<Long> places = new ConcurrentSkipListSet<>();
  private volatile String first = "";

  Damage(String file) {
    this.file = file;
  }

  /** Records a damaged record, and returns the error for its readers. */
  public StorageFailedException ofRecord(long offset) {
    String message =
        String.format(
            Locale.ROOT,
            "%s is damaged at offset %d: a record does not match its checksum; other records can be"
                + " read, so write this one again or restore the store from a copy",
            file,
            offset);
    note(offset, message);
    return new StorageFailedException(message, null);
  }

  /** Records a damaged frame or header whose records, if any, can be read. */
  void ofFrame(long offset, String problem) {
    note(
        offset,
        String.format(
            Locale.ROOT,
            "%s is damaged at offset %d: %s; records can be read, but the next open will fail, so"
                + " copy them to another store",
            file,
            offset,
            problem));
  }

  private void note(long offset, String message) {
    if (places.size() < Tuning.KNOWN_DAMAGE && places.add(offset)) {
      if (first.isEmpty()) {
        first = message;
      }
      LOG.log(Level.WARNING, message);
    }
  }

  /** Returns whether any damage is known. */
  public boolean isKnown() {
    return !first.isEmpty();
  }

  /** Returns the first known damage, in words; empty if there is none. */
  public String inWords() {
    return first;
  }
}
