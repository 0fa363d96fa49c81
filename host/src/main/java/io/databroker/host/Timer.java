package io.databroker.host;

import java.time.Duration;

/** Runs quick tasks later. */
interface Timer {

  /** Has the task run once, after that delay; running the answer cancels it. */
  Runnable after(Duration delay, Runnable task);
}
