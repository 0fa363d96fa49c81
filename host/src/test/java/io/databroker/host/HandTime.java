package io.databroker.host;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock and a timer that a test turns by hand. */
final class HandTime implements InstantSource, Timer {
  private static final class Task {
    final Instant due;
    final Runnable work;

    Task(Instant due, Runnable work) {
      this.due = due;
      this.work = work;
    }
  }

  private final List<Task> tasks = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public Runnable after(Duration delay, Runnable work) {
    Task task = new Task(now.plus(delay), work);
    tasks.add(task);
    return () -> tasks.removeIf(it -> it == task);
  }

  /** Advances the time, and runs each task at the instant at which it is due. */
  void pass(Duration duration) {
    Instant end = now.plus(duration);
    while (true) {
      Task next = tasks.stream().min(Comparator.comparing((Task it) -> it.due)).orElse(null);
      if (next == null || next.due.isAfter(end)) {
        break;
      }
      tasks.remove(next);
      // A slow call may have moved the time past the due instant.
      now = next.due.isAfter(now) ? next.due : now;
      next.work.run();
    }
    now = end.isAfter(now) ? end : now;
  }

  /** Advances the time without running any task, like a paused process. */
  void leap(Duration duration) {
    now = now.plus(duration);
  }

  /** Returns the number of waiting tasks. */
  int waiting() {
    return tasks.size();
  }
}
