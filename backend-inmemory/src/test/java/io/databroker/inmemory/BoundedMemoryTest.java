package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A small heap is never exhausted, whatever a client does; each case runs in its own JVM. */
class BoundedMemoryTest {
  private static final String LOGGING = "-Djava.util.logging.config.file=";

  @ParameterizedTest
  @CsvSource({
    "overwrite, 1000, -XX:+UseG1GC",
    "overwrite, 100000, -XX:+UseG1GC",
    "overwrite, 1000000, -XX:+UseG1GC",
    "overwrite, 1000000, -XX:+UseSerialGC",
    "fill, 1000, -XX:+UseG1GC",
    "fill, 1000, -XX:+UseSerialGC",
    "fill, 100000, -XX:+UseSerialGC",
    "fill, 600000, -XX:+UseG1GC",
    "types, 200000, -XX:+UseG1GC",
    "types, 200000, -XX:+UseSerialGC",
    "leases, 1000000, -XX:+UseG1GC",
    "options, 200000, -XX:+UseG1GC",
    "indexed, 1000, -XX:+UseG1GC"
  })
  void aSmallHeapIsEnough(String work, int size, String collector)
      throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    collector,
                    "-XX:+ExitOnOutOfMemoryError",
                    "-Duser.language=" + System.getProperty("user.language"),
                    "-Duser.country=" + System.getProperty("user.country", ""),
                    LOGGING + System.getProperty("java.util.logging.config.file", ""),
                    "-cp",
                    System.getProperty("java.class.path"),
                    BoundedMemoryRun.class.getName(),
                    work,
                    Integer.toString(size)))
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said).contains("still serving");
    System.out.println(said.strip());
  }
}
