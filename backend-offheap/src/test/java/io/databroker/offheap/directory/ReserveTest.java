package io.databroker.offheap.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReserveTest {
  @TempDir Path scratch;

  /** An open writes a new file of properties before it gives up the old one. */
  @Test
  void givesItsFileToAFileSystemThatTakesNoMoreFiles() {
    Reserve reserve = new Reserve(scratch);
    assertThat(reserve.giveAll()).isFalse();
    reserve.fill(0, 1 << 20);
    long size = reserve.size();
    assertThat(size).isPositive();

    assertThat(reserve.giveAll()).isTrue();
    assertThat(scratch.resolve(Reserve.FILE)).doesNotExist();
    assertThat(reserve.giveAll()).isFalse();
    assertThat(reserve.giveForUpkeep()).isFalse();

    reserve.fill(0, 1 << 20);
    assertThat(reserve.size()).isEqualTo(size);
  }
}
