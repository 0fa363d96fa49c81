package io.databroker.offheap.journal;

import io.databroker.offheap.memory.Guard;
import java.util.concurrent.locks.ReentrantLock;

/** The open store that a journal belongs to, as compaction and scrub see it. */
public interface JournalHost {
  /** Returns the guard that keeps segments from being freed under their readers. */
  Guard guard();

  /** Returns the lock that every writer holds. */
  ReentrantLock writing();

  Journal journal();

  Publisher publisher();

  /** Returns the history that the journal holds now; a clear replaces it. */
  JournalOwner owner();
}
