package io.databroker.offheap;

import static io.databroker.offheap.Compacting.files;
import static io.databroker.offheap.Compacting.kept;
import static io.databroker.offheap.Compacting.open;
import static io.databroker.offheap.Compacting.pass;
import static io.databroker.offheap.Compacting.put;
import static io.databroker.offheap.Compacting.rewrite;
import static io.databroker.offheap.Compacting.store;
import static io.databroker.offheap.Compacting.trim;
import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.offheap.journal.Compaction;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A clear ends a compaction that runs at the same time. */
class CompactionBesideClearTest {
  @TempDir Path scratch;

  @Test
  void aClearInsideARunEndsThePass() {
    AtomicReference<Backend> cleared = new AtomicReference<>();
    AtomicInteger runs = new AtomicInteger();
    Spaces spaces =
        new WrappedSpaces(new Spaces.InMemory()) {
          @Override
          public void adopt(Space compacted, long order) throws IOException {
            runs.incrementAndGet();
            cleared.get().clear();
            super.adopt(compacted, order);
          }
        };
    try (Backend backend = open(spaces)) {
      cleared.set(backend);
      rewrite(backend);
      trim(backend);
      assertThat(pass(backend)).as("continued on segments that the clear had freed").isFalse();
      assertThat(runs).hasValue(1);
      assertThat(store(backend).ended).isEmpty();
      put(backend, "after");
      assertThat(backend.listTypes()).containsExactly("t");
    }
  }

  @Test
  void aClearBetweenTwoRunsEndsThePass() {
    AtomicReference<Backend> cleared = new AtomicReference<>();
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger clears = new AtomicInteger();
    Spaces spaces =
        new WrappedSpaces(new Spaces.InMemory()) {
          @Override
          public Space createCompacted(long order, long size) throws IOException {
            runs.incrementAndGet();
            return super.createCompacted(order, size);
          }

          @Override
          Space wrap(Space space) {
            return new WrappedSpace(space) {
              @Override
              public void delete() throws IOException {
                super.delete();
                // Segments that the first run replaced are deleted, so its result is in place and
                // the next run works on it.
                if (runs.get() == 1 && clears.getAndIncrement() == 0) {
                  cleared.get().clear();
                }
              }
            };
          }
        };
    try (Backend backend = open(spaces)) {
      cleared.set(backend);
      for (int i = 0; i < 60; i++) {
        put(backend, "keep-" + i);
        put(backend, "gone");
      }
      trim(backend);
      assertThat(pass(backend)).as("continued on segments that the clear had freed").isFalse();
      assertThat(clears).hasPositiveValue();
      assertThat(runs).hasValue(1);
    }
  }

  @Test
  void whatAClearHasFreedIsNotLookedAt() {
    try (Backend backend = open(new Spaces.InMemory())) {
      rewrite(backend);
      trim(backend);
      History history = store(backend).history;
      Segment first = history.directory.get(0);
      long bound = history.commit.first() - 1;
      assertThat(Compaction.keptBytes(store(backend), history, first, kept(bound))).isNotNegative();
      backend.clear();
      assertThat(Compaction.keptBytes(store(backend), history, first, kept(bound))).isEqualTo(-1);
    }
  }

  @Test
  void whatAClearOvertakesLeavesNoFile() throws IOException {
    AtomicReference<Backend> cleared = new AtomicReference<>();
    Spaces spaces =
        new WrappedSpaces(files(scratch)) {
          @Override
          public void adopt(Space compacted, long order) throws IOException {
            super.adopt(compacted, order);
            cleared.get().clear();
          }
        };
    try (Backend backend = open(spaces)) {
      cleared.set(backend);
      rewrite(backend);
      trim(backend);
      assertThat(pass(backend)).isFalse();
      assertThat(StoreTear.segments(scratch)).as("that of the new history").hasSize(1);
    }
  }
}
