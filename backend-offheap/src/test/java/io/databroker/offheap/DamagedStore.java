package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.StorageFailedException;
import io.databroker.api.Write;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Store with a few records, which the tests of a subclass damage. */
class DamagedStore {
  static final long BOOT = 7;
  static final int PAYLOAD = 100;
  @TempDir Path scratch;
  final LogLines log = new LogLines();
  OffheapBackend backend;

  @BeforeEach
  void open() {
    backend = reopen(BackendContext.standard());
    for (int i = 0; i < 9; i++) {
      put(i, 'a');
    }
  }

  @AfterEach
  void close() {
    backend.close();
    log.close();
  }

  OffheapBackend reopen(BackendContext context) {
    OffheapSettings settings = new OffheapSettings(scratch, Durability.PROCESS, 1_000, 10, 4096);
    return (OffheapBackend)
        Opening.inDirectory(scratch, settings, context, new Uptime(BOOT, () -> 0));
  }

  static String id(int i) {
    return "key-" + i;
  }

  static Bytes payload(int i, char mark) {
    byte[] bytes = new byte[PAYLOAD];
    Arrays.fill(bytes, (byte) mark);
    bytes[0] = (byte) i;
    return Bytes.copyOf(bytes);
  }

  void put(int i, char mark) {
    backend.put(List.of(Write.put("t", id(i), payload(i, mark))));
  }

  /** Damages the record of that version, and returns the words that the error must contain. */
  List<String> damage(long version) throws IOException {
    Segment segment = backend.store.history.directory.holding(version);
    long at = Flips.flipPayload(backend, version, PAYLOAD);
    return List.of(segment.space.name(), "offset " + at + ":");
  }

  static void assertDamage(Throwable thrown, List<String> words) {
    assertThat(thrown).isInstanceOf(StorageFailedException.class);
    words.forEach(word -> assertThat(thrown).hasMessageContaining(word));
  }
}
