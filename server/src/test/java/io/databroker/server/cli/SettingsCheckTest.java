package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that no open of their backend accepts: {@code --check} finds them. */
class SettingsCheckTest {
  private static final String URL = "url=jdbc:postgresql://127.0.0.1:1/x";

  @TempDir Path folder;

  private static Cli check(String backend, String... settings) {
    return Cli.run(
        Stream.concat(
                Stream.of("serve", "--check", "--backend=" + backend),
                Stream.of(settings).map(setting -> "--set=" + setting))
            .toArray(String[]::new));
  }

  private static void assertFound(Cli checked, String problem) {
    assertThat(checked.code()).as(checked.err()).isEqualTo(2);
    assertThat(checked.out()).isEmpty();
    assertThat(checked.err().lines()).singleElement().asString().startsWith(problem);
  }

  @Test
  void aBoundThatHoldsNothing() {
    assertFound(
        check("offheap", "cacheBytes=1000"),
        "databroker: backend offheap: setting cacheBytes is \"1000\"; give 0 for no copies, or"
            + " 1048576 to ");
    assertFound(
        check("inmemory", "memoryBytes=10"),
        "databroker: backend inmemory: setting memoryBytes is \"10\"; give 0 for half of the heap,"
            + " or 65536 to ");
  }

  @Test
  void valuesThatExcludeEachOther() {
    assertFound(
        check("offheap", "durability=disk"),
        "databroker: backend offheap: durability is disk, but");
    assertFound(
        check("inmemory", "memoryBytes=70000", "historyBytes=70001"),
        "databroker: backend inmemory: historyBytes 70001 is more than memoryBytes, 70000 bytes");
    assertFound(
        check("postgres", URL, "password=a", "passwordFile=b"),
        "databroker: backend postgres: both password and passwordFile are set; set one");
  }

  @Test
  void aFileInThePlaceOfADirectory() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    assertFound(
        check("offheap", "directory=" + file),
        "databroker: backend offheap: cannot open directory " + file + ": " + file + " is not a");
    assertThat(file).hasContent("mine");
  }

  @Test
  void whatPostgresqlDoesNotTake() {
    assertFound(
        check("postgres", "url=jdbc:postgresql://localhost:x/broker?password=geheim"),
        "databroker: backend postgres: url is jdbc:postgresql://localhost:x/broker, which the");
    assertFound(
        check("postgres", "url=jdbc:postgresql://me:geheim@db/x"),
        "databroker: backend postgres: url is jdbc:postgresql://(hidden), which the PostgreSQL");
    assertFound(
        check("postgres", URL, "schema=Broker"),
        "databroker: backend postgres: setting schema is \"Broker\"; give 1 to 48 small letters");
    Path absent = folder.resolve("absent");
    assertFound(
        check("postgres", URL, "passwordFile=" + absent),
        "databroker: backend postgres: passwordFile " + absent + " cannot be read; give a");
  }

  @Test
  void aServerThatIsAwayIsNoProblem() {
    assertThat(check("postgres", URL).out()).isEqualTo("configuration is valid\n");
  }
}
