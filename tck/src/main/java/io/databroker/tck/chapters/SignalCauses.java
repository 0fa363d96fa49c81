package io.databroker.tck.chapters;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calls of a backend that make a signal due, one of each kind. The last one closes it. */
final class SignalCauses {

  /** Sets a signal on a feed, makes the call, and judges the signal. */
  interface Trial {
    void of(String cause, ChangeFeed feed, Runnable call);
  }

  private final Chapter chapter;
  private final Backend backend;
  private final Trial trial;

  SignalCauses(Chapter chapter, Backend backend, Trial trial) {
    this.chapter = chapter;
    this.backend = backend;
    this.trial = trial;
  }

  /** Tries each call, each with feeds of its own. */
  void tryAll() {
    writes();
    housekeeping();
    ends();
  }

  /** Tries a call on a new feed of the given type. */
  private void of(String cause, @Nullable String type, Runnable call) {
    try (ChangeFeed feed = backend.changes(backend.versions().end(), type)) {
      ofWaiting(cause, feed, call);
    }
  }

  private void ofWaiting(String cause, ChangeFeed feed, Runnable call) {
    while (feed.poll() != null) {
      // It waits at the end of the history.
    }
    trial.of(cause, feed, call);
  }

  /** Tries a feed that is ready already, so its signal is due at once. */
  private void atOnce(String cause, ChangeFeed feed) {
    trial.of(cause, feed, () -> {});
  }

  private void writes() {
    for (String type : new String[] {null, "t"}) {
      of("a put", type, () -> backend.put(List.of(Chapter.write("t", "1", ""))));
      of("a delete", type, () -> backend.put(List.of(Chapter.delete("t", "1"))));
    }
    if (chapter.has(Capability.RESTORE)) {
      List<StoredRecord> copy = backend.put(List.of(Chapter.write("t", "2", ""))).records();
      of("a restore", "t", () -> backend.restore(copy));
    }
    try (ChangeFeed feed = backend.changes(backend.versions().begin(), "t")) {
      atOnce("a feed that has something to deliver", feed);
    }
  }

  private void housekeeping() {
    backend.put(List.of(Chapter.write("c", "1", ""), Chapter.write("c", "2", "")));
    of("a lowered capacity", "c", () -> backend.setOptions("c", TypeOptions.NONE.withCapacity(1)));
    backend.setOptions("e", TypeOptions.NONE.withTtl(chapter.span()));
    backend.put(List.of(Chapter.write("e", "1", "")));
    chapter.pass(chapter.span().multipliedBy(2));
    of("an expiry", "e", backend::expire);
    of("a trim", "quiet", this::trim);
  }

  private void trim() {
    backend.put(List.of(Chapter.write("busy", "1", "")));
    chapter.pass(chapter.span());
    List<StoredRecord> kept = backend.put(List.of(Chapter.write("busy", "2", ""))).records();
    backend.trim(kept.get(0).modifiedAt());
  }

  private void ends() {
    ChangeFeed closed = backend.changes(backend.versions().end(), "t");
    ofWaiting("the close of its feed", closed, closed::close);
    atOnce("a closed feed", closed);
    try (ChangeFeed feed = backend.changes(backend.versions().end(), "t")) {
      ofWaiting("a clear", feed, backend::clear);
      atOnce("a feed of an earlier history", feed);
    }
    ChangeFeed last = backend.changes(backend.versions().end(), null);
    ofWaiting("the close of the backend", last, backend::close);
    atOnce("a feed of a closed backend", last);
    last.close();
  }
}
