package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the configured type options when a backend is opened, and again after every clear.
 *
 * <p>A feed of a type without writers reports a clear: it ends when the history is replaced, holds
 * no thread and costs writers nothing.
 */
final class OptionsKeeper implements AutoCloseable {
  /** Type without writers. A write of this type only causes one more poll. */
  static final String QUIET_TYPE = "io.databroker.host/clears";

  private static final Logger log = LoggerFactory.getLogger(OptionsKeeper.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Backend backend;
  private final Timer timer;
  private final Executor worker;
  private volatile boolean closed;
  private volatile @Nullable ChangeFeed feed;

  /** Failures since the options were in force; used by the worker alone. */
  private int failures;

  // Guarded by this.
  private Map<String, TypeOptions> options;
  private boolean following;

  /** Server version of the history that has the options; 0 for none. */
  private long inForce;

  OptionsKeeper(Backend backend, Map<String, TypeOptions> options, Timer timer, Executor worker) {
    this.backend = backend;
    this.options = options;
    this.timer = timer;
    this.worker = worker;
  }

  /** Sets the options; fails if the backend rejects them. */
  synchronized void start() {
    if (!options.isEmpty()) {
      feed = applyAndWatch();
      following = true;
      worker.execute(this::follow);
    }
  }

  /**
   * Sets other options, at once and after every clear. Types that are no longer among them keep
   * their options until a clear.
   *
   * <p>If the backend rejects the options of one type, this call restores the options of the types
   * that it has changed, and throws the exception; the former options stay in force.
   */
  synchronized void replace(Map<String, TypeOptions> others) {
    Map<String, TypeOptions> before = backend.options();
    List<String> changed = new ArrayList<>();
    try {
      for (Map.Entry<String, TypeOptions> type : others.entrySet()) {
        if (!type.getValue().equals(before.getOrDefault(type.getKey(), TypeOptions.NONE))) {
          changed.add(type.getKey());
          backend.setOptions(type.getKey(), type.getValue());
        }
      }
    } catch (RuntimeException | Error e) {
      setBack(changed, before, e);
      throw e;
    }
    options = Map.copyOf(others);
    if (!following && !options.isEmpty()) {
      following = true;
      worker.execute(this::follow);
    }
  }

  private void setBack(List<String> types, Map<String, TypeOptions> before, Throwable failure) {
    for (String type : types) {
      try {
        backend.setOptions(type, before.getOrDefault(type, TypeOptions.NONE));
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    closeFeed();
  }

  private void closeFeed() {
    ChangeFeed open = feed;
    if (open != null) {
      open.close();
    }
  }

  private void follow() {
    if (closed) {
      return;
    }
    try {
      ChangeFeed open = feed;
      if (open == null) {
        open = applyAndWatch();
        feed = open;
        if (closed) { // close may have missed this feed
          open.close();
          return;
        }
      }
      @Nullable Changes bookmark;
      do {
        bookmark = open.poll();
      } while (bookmark != null);
      open.onReady(() -> worker.execute(this::follow));
      failures = 0;
    } catch (HistoryReplacedException | HistoryTrimmedException e) {
      closeFeed(); // it has ended
      feed = null;
      worker.execute(this::follow);
    } catch (ClosedException e) {
      closed = true;
    } catch (RuntimeException | Error e) {
      failures++;
      if (Integer.bitCount(failures) == 1) { // with growing pauses: an outage may last for days
        log.warn(
            "type options could not be set (attempt {}); trying again every {}: {}",
            failures,
            SettingText.of(PAUSE),
            e.toString());
      }
      timer.after(PAUSE, () -> worker.execute(this::follow));
    }
  }

  private synchronized ChangeFeed applyAndWatch() {
    while (true) {
      Versions versions = backend.versions();
      if (versions.serverVersion() != inForce) {
        options.forEach(backend::setOptions);
        inForce = versions.serverVersion();
      }
      try {
        return backend.changes(versions.end(), QUIET_TYPE);
      } catch (HistoryReplacedException | HistoryTrimmedException e) {
        log.debug(
            "history was cleared or trimmed at the same time; trying again: {}", e.getMessage());
      }
    }
  }
}
