package io.databroker.tck;

import org.opentest4j.TestAbortedException;

/** A test could not tell: too little happened at the same time, or the search was too long. */
final class InconclusiveException extends TestAbortedException {
  private static final long serialVersionUID = 1L;

  InconclusiveException(String reason) {
    super("inconclusive: " + reason);
  }
}
