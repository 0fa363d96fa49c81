package io.databroker.offheap.journal;

/** Waits for the end of a thread. */
final class ThreadEnd {
  private ThreadEnd() {}

  /** Returns when the thread has ended; ignores interrupts. */
  static void await(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException interrupt) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
