package io.databroker.postgres;

/** A batch was rejected because the index of one of its types must be built first. */
final class IndexBehindException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String type;

  IndexBehindException(String type) {
    super("the index of type " + type + " is not built yet");
    this.type = type;
  }

  String type() {
    return type;
  }
}
