package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.offheap.directory.Reserve;
import io.databroker.offheap.directory.StoreProperties;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Compaction;
import io.databroker.offheap.journal.Control;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.journal.StoreFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Steps of tests that compact a store. */
final class Compacting {
  private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");
  static final long BOOT = 7;
  private static final long SALT = 5;

  private Compacting() {}

  static Backend open(Spaces spaces) {
    return Opening.inSpaces(spaces, settings(null), BackendContext.standard());
  }

  static OffheapSettings settings(Path directory) {
    return new OffheapSettings(directory, Durability.PROCESS, 1_000, 10, 4096);
  }

  /** Files of a store; {@link #reopen} opens them as after a kill. */
  static StoreFiles files(Path scratch) throws IOException {
    StoreProperties.ofNew(SALT).writeNext(scratch, settings(scratch).asProperties());
    Control.open(scratch, BOOT, false).abandon();
    return new StoreFiles(scratch, SALT, false, new Reserve(scratch));
  }

  static Backend reopen(Path scratch) {
    return Opening.inDirectory(
        scratch, settings(scratch), BackendContext.standard(), new Uptime(BOOT, () -> 0));
  }

  static void put(Backend backend, String id) {
    backend.put(List.of(Write.put("t", id, Bytes.copyOf(new byte[100]))));
  }

  static void delete(Backend backend, String id) {
    backend.put(List.of(Write.delete("t", id)));
  }

  /** Trims without waking the compactor, so that the test alone runs passes. */
  static void trim(Backend backend) {
    new Trim(store(backend), FOR_EVER).run();
  }

  static Store store(Backend backend) {
    return ((OffheapBackend) backend).store;
  }

  static Compaction.Kept kept(long bound) {
    return new Compaction.Kept(bound, false);
  }

  static boolean pass(Backend backend) {
    return ((OffheapBackend) backend).compactor.pass();
  }

  static void rewrite(Backend backend) {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 60; i++) {
        put(backend, "key-" + i);
      }
    }
  }
}
