package io.databroker.host.copy;

import java.nio.file.Path;
import java.util.Locale;

/** A backup file is damaged. The message names the place and what to do. */
public final class DamagedBackupException extends CopyException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  DamagedBackupException(Path file, long offset, String problem) {
    super(
        String.format(
            Locale.ROOT,
            "%s is damaged at byte %d: %s; use another backup",
            file,
            offset,
            problem));
    this.offset = offset;
  }

  /** Returns the offset of the first byte of the damaged part of the file. */
  public long offset() {
    return offset;
  }
}
