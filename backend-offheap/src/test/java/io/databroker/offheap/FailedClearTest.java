package io.databroker.offheap;

import static io.databroker.offheap.SmallStore.put;
import static io.databroker.offheap.SmallStore.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.StorageFailedException;
import java.io.IOException;
import java.io.SyncFailedException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clears on a failing disk. */
class FailedClearTest {
  @Test
  void aClearThatFailedIsNoneForALaterOpen() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = spaces.open()) {
      backend.put(put("a", 10));
      spaces.forceFailure = new IOException("Input/output error");
      assertThatThrownBy(backend::clear).isInstanceOf(StorageFailedException.class);
      assertThat(spaces.lastBeginning).as("of the new history").containsOnly(0);
      spaces.forceFailure = null;
      backend.put(put("b", 10));
      assertThat(records(backend)).isEqualTo(2);
      backend.clear();
      assertThat(records(backend)).isZero();
    }
  }

  @Test
  void aClearThatAnErrorEndsIsNoneAndWritingGoesOn() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = spaces.open()) {
      backend.put(put("a", 10));
      spaces.forceFailure = new OutOfMemoryError("unable to create native thread");
      assertThatThrownBy(backend::clear).isSameAs(spaces.forceFailure);
      assertThat(spaces.lastBeginning).as("of the new history").containsOnly(0);
      spaces.forceFailure = null;
      backend.put(put("b", 10));
      assertThat(records(backend)).isEqualTo(2);
    }
  }

  static Stream<Throwable> failures() {
    return Stream.of(new IOException("Input/output error"), new OutOfMemoryError("no memory"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aClearThatCanNeitherBeDoneNorTakenBackEndsTheWriting(Throwable failure) {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = spaces.open()) {
      backend.put(put("a", 10));
      spaces.forceFailure = failure;
      spaces.failTakingBack = true;
      assertThatThrownBy(backend::clear).isNotNull();
      spaces.forceFailure = null;
      assertThatThrownBy(() -> backend.put(put("b", 10)))
          .isInstanceOf(StorageFailedException.class)
          .hasMessageContaining("reopen");
      assertThat(records(backend)).isEqualTo(1);
    }
  }

  /** A failed directory fsync may have lost other names, and the disk reports it only once. */
  @Test
  void aClearThatHearsOfAFailingDiskEndsTheWriting() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = spaces.open()) {
      backend.put(put("a", 10));
      spaces.forceFailure = new SyncFailedException("Input/output error");
      assertThatThrownBy(backend::clear).isInstanceOf(StorageFailedException.class);
      spaces.forceFailure = null;
      assertThatThrownBy(() -> backend.put(put("b", 10)))
          .isInstanceOf(StorageFailedException.class)
          .hasMessageContaining("reopen");
      assertThat(records(backend)).isEqualTo(1);
    }
  }
}
