package io.databroker.tck.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandNemesisTest {
  @TempDir Path directory;

  @Test
  void aCommandFindsTheDirectoryOfTheBackend() throws Exception {
    Path place = directory.resolve("a place");
    new CommandNemesis("n", "mkdir \"$DATABROKER_TCK_DIRECTORY\"", "true").inject(place);
    assertThat(place).isDirectory();
    new CommandNemesis("n", "true", "rmdir \"$DATABROKER_TCK_DIRECTORY\"").heal(place);
    assertThat(place).doesNotExist();
  }

  @Test
  void aCommandThatFailsIsToldWithWhatItPrinted() {
    assertThatThrownBy(
            () -> new CommandNemesis("n", "echo no such disk; exit 3", "").inject(directory))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the command ended with exit code 3: echo no such disk; exit 3;"
                + " it printed: no such disk");
  }

  @Test
  void aCommandThatDoesNotEndIsEndedWithItsChildren() {
    assertThatThrownBy(
            () -> CommandNemesis.run("sleep 100 & sleep 100", directory, Duration.ofMillis(300)))
        .hasMessageContaining("did not end within");
    assertThat(ProcessHandle.current().descendants().map(ProcessHandle::info))
        .noneMatch(info -> info.commandLine().orElse("").contains("sleep 100"));
  }

  @Test
  void aProcessThatACommandLeavesBehindHoldsNobodyUp() throws Exception {
    CommandNemesis.run("sleep 3 &", directory, Duration.ofSeconds(2));
  }
}
