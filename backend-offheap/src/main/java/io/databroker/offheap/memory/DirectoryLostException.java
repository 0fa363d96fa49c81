package io.databroker.offheap.memory;

import java.io.IOException;

/** A file or directory of an open store was removed, replaced or unmounted. */
public final class DirectoryLostException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the error for the given file or directory. */
  public DirectoryLostException(String place) {
    super(place + " was removed, replaced or unmounted while the store was open");
  }
}
