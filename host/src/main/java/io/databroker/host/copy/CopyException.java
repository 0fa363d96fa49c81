package io.databroker.host.copy;

import java.io.IOException;

/** A copy, backup or restore failed. The message says why, and what to do. */
public class CopyException extends IOException {
  private static final long serialVersionUID = 1L;

  CopyException(String message) {
    super(message);
  }

  CopyException(String message, Throwable cause) {
    super(message, cause);
  }
}
