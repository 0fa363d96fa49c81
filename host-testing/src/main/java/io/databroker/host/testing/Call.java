package io.databroker.host.testing;

import io.databroker.api.Backend;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Methods of {@link Backend} that can fail, and {@link #POLL} of its feeds. */
public enum Call {
  VERSIONS,
  PUT,
  RESTORE,
  GET,
  LIST_TYPES,
  SNAPSHOT,
  CHANGES,
  OPTIONS,
  SET_OPTIONS,
  ACQUIRE_LEASE,
  RENEW_LEASE,
  RELEASE_LEASE,
  EXPIRE,
  TRIM,
  CLEAR,
  CHECKPOINT,
  SET_CHECKPOINT,
  /** {@link io.databroker.api.ChangeFeed#poll}. */
  POLL;

  /** Returns the call of the given method of {@link Backend}; null if the method never fails. */
  static @Nullable Call of(String method) {
    for (Call call : values()) {
      if (call != POLL && call.name().replace("_", "").equals(method.toUpperCase(Locale.ROOT))) {
        return call;
      }
    }
    return null;
  }
}
