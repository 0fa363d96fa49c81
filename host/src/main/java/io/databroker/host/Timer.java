package io.databroker.host;

import java.time.Duration;

/** Schedules quick tasks. */
interface Timer {

  /** Runs the task once after the delay. Running the returned action cancels it. */
  Runnable after(Duration delay, Runnable task);
}
