package io.databroker.api;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * State of service of a backend, with the cause if it is limited (STATE-1, STATE-2). Health checks
 * and metrics show it.
 *
 * @param mode the calls that the backend serves
 * @param reason the cause of a mode other than {@link Mode#SERVING}; null while serving
 * @param detail the cause, for people: the file or engine concerned, and what to do; empty while
 *     serving
 */
public record BackendState(Mode mode, @Nullable Reason reason, String detail) {

  /** A backend that serves every call. */
  public static final BackendState SERVING = new BackendState(Mode.SERVING, null, "");

  /** The calls that a backend serves. */
  public enum Mode {
    /** Reads and writes. */
    SERVING("serving"),
    /** Reads and writes, except some that fail until an operator repairs the cause. */
    DEGRADED("degraded"),
    /** Reads; every write fails. */
    READ_ONLY("read-only"),
    /** None for now. */
    UNAVAILABLE("unavailable");

    private final String label;

    Mode(String label) {
      this.label = label;
    }

    /** Returns the stable name of the mode. */
    public String label() {
      return label;
    }
  }

  /** The cause of a mode other than {@link Mode#SERVING}. */
  public enum Reason {
    /** Storage is full: writes that need room fail until room is freed. */
    STORAGE_FULL("storage-full"),
    /** The disk failed a write or an fsync. Only a reopen can find out what the disk holds. */
    DISK_FAILED("disk-failed"),
    /** The directory was removed, replaced or unmounted under the open backend. */
    DIRECTORY_LOST("directory-lost"),
    /** Stored data is damaged: the records concerned cannot be read. */
    DAMAGED("damaged"),
    /** The backend failed internally; only a reopen can repair it. */
    BROKEN("broken"),
    /** The engine cannot be reached. */
    ENGINE_AWAY("engine-away");

    private final String label;

    Reason(String label) {
      this.label = label;
    }

    /** Returns the stable name of the reason. */
    public String label() {
      return label;
    }
  }

  /** Checks that a reason is given exactly if the mode needs one. */
  public BackendState {
    Require.nonNull("mode", mode);
    Require.nonNull("detail", detail);
    if ((mode == Mode.SERVING) != (reason == null)) {
      throw new InvalidArgumentException(
          "reason", String.valueOf(reason), "give one unless the mode is serving");
    }
  }

  /** Returns a state in which some calls fail. */
  public static BackendState degraded(Reason reason, String detail) {
    return new BackendState(Mode.DEGRADED, reason, detail);
  }

  /** Returns a state in which every write fails. */
  public static BackendState readOnly(Reason reason, String detail) {
    return new BackendState(Mode.READ_ONLY, reason, detail);
  }

  /** Returns a state in which every call fails. */
  public static BackendState unavailable(Reason reason, String detail) {
    return new BackendState(Mode.UNAVAILABLE, reason, detail);
  }

  /** Returns whether the backend takes writes, perhaps not all of them. */
  public boolean takesWrites() {
    return mode == Mode.SERVING || mode == Mode.DEGRADED;
  }

  /** Returns the mode, the reason and the detail in one line, for people to read. */
  @Override
  public String toString() {
    return reason == null
        ? mode.label()
        : String.format(Locale.ROOT, "%s (%s): %s", mode.label(), reason.label(), detail);
  }
}
