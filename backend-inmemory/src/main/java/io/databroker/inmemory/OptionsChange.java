package io.databroker.inmemory;

import io.databroker.api.CodePointOrder;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.TypeOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Puts a type's options in force: builds its index and evicts what is too much in portions, so that
 * no write waits long for it, and then, at once, makes both and the options true.
 */
final class OptionsChange {
  private static final int PORTION = 1_000;

  private final InMemoryBackend backend;

  /** Changes of options follow each other. */
  private final ReentrantLock changing = new ReentrantLock();

  OptionsChange(InMemoryBackend backend) {
    this.backend = backend;
  }

  void apply(String type, TypeOptions options) {
    changing.lock();
    try {
      boolean done;
      do {
        // A clear in the midst of it ends the history: once more, for the new one.
        done = apply(backend.current(), type, options);
      } while (!done);
    } finally {
      changing.unlock();
    }
  }

  private boolean apply(History history, String type, TypeOptions options) {
    @Nullable FieldIndex index = null;
    boolean done = false;
    try {
      if (!options.indexedFields().isEmpty()) {
        index = begin(history, type, options.indexedFields());
        int slot = 0;
        while (slot >= 0) {
          slot = build(history, type, index, slot);
        }
      }
      while (!done && backend.isCurrent(history)) {
        done = evict(history, type, options, index);
      }
      return done;
    } finally {
      if (!done && index != null) {
        giveUp(history, type);
      }
    }
  }

  /** From now on writes keep the new index up to date, beside the old one. */
  private FieldIndex begin(History history, String type, List<String> fields) {
    backend.writing().lock();
    try {
      Table table = history.table(type);
      FieldIndex now = history.commit.indexes().get(type);
      if (now != null && now.fields().equals(fields)) {
        return now;
      }
      FieldIndex index = new FieldIndex(fields);
      table.keep(now == null ? List.of(index) : List.of(now, index));
      return index;
    } finally {
      backend.writing().unlock();
    }
  }
}
