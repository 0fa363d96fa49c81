package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.host.copy.UnfinishedMark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backup, restore, copy and verify, as their users run them. */
class StoreCommandsTest {
  @TempDir Path folder;
  private RunningServer server;
  private RunningServer other;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start();
    other = RunningServer.start();
    StringBuilder lines = new StringBuilder("{\"type\":\"plain\",\"id\":\"1\",\"data\":{}}\n");
    for (int i = 0; i < 20; i++) {
      lines.append(
          String.format(
              Locale.ROOT, "{\"type\":\"car\",\"id\":\"id%d\",\"data\":{\"n\":%d}}\n", i, i));
    }
    Cli imported = Cli.run(Cli.text(lines.toString()), server.with("import", "-"));
    assertThat(imported.code()).as(imported.err()).isZero();
    server.ask("put", "car", "id3", "{\"n\":\"again\"}");
    server.ask("delete", "car", "id4");
    server.ask("options", "set", "car", "--capacity", "100", "--ttl", "90d", "--index", "n");
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
    other.stop();
  }

  private void assertEqual(String first, String second) {
    Cli verified = Cli.run("verify", first, second);
    assertThat(verified.out()).as(verified.err()).startsWith("equal: 20 records, 2 types, digest ");
    assertThat(verified.code()).isZero();
  }

  @Test
  void aBackupOfAServerIsRestoredIntoAnother() {
    String file = folder.resolve("a.backup").toString();
    Cli backup = Cli.run("backup", "--from", server.address, file);
    assertThat(backup.out()).as(backup.err()).startsWith("backed up: 20 records at version 23 of");
    Cli checked = Cli.run("backup", "--check", file);
    assertThat(checked.out()).isEqualTo(backup.out().replace("backed up", "whole"));
    Cli restored = Cli.run("restore", "--to", other.address, file);
    assertThat(restored.out()).as(restored.err()).startsWith("restored: 20 records into 127.0.0.1");
    assertEqual(server.address, other.address);
    Cli again = Cli.run("restore", "--to", other.address, file);
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("the target is not empty");
    assertThat(Cli.run("restore", "--to", other.address, "--replace", file).code()).isZero();
    assertEqual(server.address, other.address);
  }

  @Test
  void incrementsOfAServerAreRestoredWithTheirFullBackup() {
    String full = folder.resolve("full").toString();
    String monday = folder.resolve("monday").toString();
    String tuesday = folder.resolve("tuesday").toString();
    Cli.run("backup", "--from", server.address, full);
    server.ask("put", "car", "id5", "{\"n\":\"monday\"}");
    server.ask("delete", "car", "id6");
    Cli first = Cli.run("backup", "--from", server.address, "--since", full, monday);
    assertThat(first.out())
        .as(first.err())
        .startsWith("backed up: 2 changes since version 23 at version 25 of history ");
    server.ask("put", "car", "id6", "{\"n\":\"tuesday\"}");
    server.ask("options", "set", "car", "--capacity", "50");
    assertThat(Cli.run("backup", "--from", server.address, "--since", monday, tuesday).code())
        .isZero();
    Cli checked = Cli.run("backup", "--check", full, monday, tuesday);
    assertThat(checked.lines()).as(checked.err()).hasSize(3).allMatch(l -> l.startsWith("whole: "));
    assertThat(checked.lines().get(1)).isEqualTo(first.out().strip().replace("backed up", "whole"));
    Cli gap = Cli.run("restore", "--to", other.address, full, tuesday);
    assertThat(gap.code()).isEqualTo(1);
    assertThat(gap.err()).contains(tuesday + " is an increment to").contains("is missing");
    Cli restored = Cli.run("restore", "--to", other.address, full, monday, tuesday);
    assertThat(restored.out())
        .as(restored.err())
        .startsWith("restored: 3 backups up to version 26 of history ");
    assertEqual(server.address, other.address);
    Cli foreign = Cli.run("backup", "--from", other.address, "--since", full, full + "2");
    assertThat(foreign.code()).isEqualTo(1);
    assertThat(foreign.err()).contains(full + " is a backup of history ").contains("full backup");
    assertThat(Cli.run("backup", full, monday).err()).contains("leave out " + monday);
    assertThat(Cli.run("backup", "--check").code()).isEqualTo(2);
  }

  @Test
  void aDamagedBackupIsNamedWithItsOffset() throws Exception {
    Path file = folder.resolve("a.backup");
    Cli.run("backup", "--from", server.address, file.toString());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
    Cli checked = Cli.run("backup", "--check", file.toString());
    assertThat(checked.code()).isEqualTo(1);
    assertThat(checked.err()).contains(file + " is damaged at byte ").contains("another backup");
    assertThat(Cli.run("restore", "--to", other.address, file.toString()).code()).isEqualTo(1);
    assertThat(other.ask("types").out()).isEmpty();
  }

  @Test
  void aServerIsCopiedToADirectoryAndFromThereToAServer() {
    String directory = "offheap:directory=" + folder.resolve("data");
    Cli copied = Cli.run("copy", "--from", server.address, "--to", directory);
    assertThat(copied.out())
        .as(copied.err())
        .startsWith("copied: 20 records and 0 changes, up to version 23 of history ");
    assertEqual(server.address, directory);
    assertThat(Cli.run("copy", "--from", directory, "--to", other.address).code()).isZero();
    assertEqual(directory, other.address);
  }

  @Test
  void aStoreThatIsOnlyPartlyRestoredDoesNotPassAsWhole() {
    Path data = folder.resolve("data");
    String store = "offheap:directory=" + data;
    String[] serve = {
      "serve", "--listen", "127.0.0.1:0", "--backend", "offheap", "--set", "directory=" + data
    };
    interruptRestore(data);
    for (Cli refused :
        new Cli[] {
          Cli.run(serve),
          Cli.run("verify", server.address, store),
          Cli.run("backup", "--from", store, folder.resolve("part").toString()),
          Cli.run("copy", "--from", store, "--to", other.address)
        }) {
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err())
          .contains("a restore into it is not finished")
          .contains("databroker restore --replace");
    }
    String file = folder.resolve("a.backup").toString();
    Cli.run("backup", "--from", server.address, file);
    assertThat(Cli.run("restore", "--to", store, file).err()).contains("not empty");
    assertThat(Cli.run("restore", "--to", store, "--replace", file).code()).isZero();
    assertEqual(server.address, store);
    interruptRestore(data);
    assertThat(Cli.run("restore", "--keep-part", "--to", store, file).code()).isEqualTo(2);
    assertThat(Cli.run("restore", "--to", store).code()).isEqualTo(2);
    assertThat(Cli.run("restore", "--keep-part", "--to", store).code()).isZero();
    assertThat(Cli.run("verify", server.address, store).err()).doesNotContain("not finished");
  }

  /**
   * Makes a store that looks like the target of a restore that was killed after its first batch.
   */
  private static void interruptRestore(Path directory) {
    try (Databroker broker =
        Databroker.builder()
            .backend(BackendConfig.of("offheap").with("directory", directory.toString()))
            .open()) {
      Backend backend = broker.backend();
      backend.clear();
      backend.restore(
          List.of(
              new StoredRecord(
                  UnfinishedMark.TYPE, "restore", 0, Bytes.EMPTY, Instant.EPOCH, false)));
      backend.restore(
          List.of(new StoredRecord("car", "id1", 0, Bytes.EMPTY, Instant.EPOCH, false)));
    }
  }

  @Test
  void verifyNamesTheFirstDifference() {
    Cli.run("copy", "--from", server.address, "--to", other.address);
    other.ask("put", "car", "id9", "{\"n\":\"changed\"}");
    Cli verified = Cli.run("verify", server.address, other.address);
    assertThat(verified.code()).isEqualTo(1);
    assertThat(verified.out())
        .startsWith("different: 1 of 2 types differ; record \"id9\" of type \"car\" has ")
        .doesNotContain("changed");
  }

  @Test
  void storesThatAreNoneAreNamed() {
    assertThat(Cli.run("verify", "127.0.0.1:99999", server.address).err()).contains("not a port");
    assertThat(Cli.run("verify", "offheap:nonsense", server.address).err())
        .contains("'offheap:nonsense' is not a store; give HOST:PORT of a server, or a backend");
    assertThat(Cli.run("verify", "offheap:directry=x", server.address).err())
        .contains("directry")
        .contains("directory");
    assertThat(Cli.run("verify", "ofheap:directory=x", server.address).err()).contains("offheap");
    assertThat(Cli.run("backup", "--from", "127.0.0.1:1", folder + "/x").err())
        .contains("databroker: ");
  }

  @Test
  void aStoreThatHoldsNothingOrKeepsNothingIsNoEnd() throws Exception {
    String file = folder.resolve("a.backup").toString();
    String mistyped = "offheap:directory=" + folder.resolve("dta");
    Cli backup = Cli.run("backup", "--from", mistyped, file);
    assertThat(backup.code()).isEqualTo(1);
    assertThat(backup.err()).contains(mistyped + " was never written to");
    assertThat(Files.exists(Path.of(file))).isFalse();
    assertThat(Cli.run("copy", "--from", mistyped, "--to", other.address).code()).isEqualTo(1);
    // Otherwise two names without a store would count as equal stores.
    Cli verified = Cli.run("verify", mistyped, "offheap:directory=" + folder.resolve("dat"));
    assertThat(verified.code()).isEqualTo(1);
    assertThat(verified.err()).contains(mistyped + " was never written to");
    for (String volatileStore : List.of("inmemory", "offheap")) {
      Cli copy = Cli.run("copy", "--from", server.address, "--to", volatileStore);
      assertThat(copy.code()).isEqualTo(1);
      assertThat(copy.err()).contains(volatileStore + " keeps records only while");
    }
  }

  @Test
  void optionsThatACommandWouldIgnoreAreRejected() throws Exception {
    String file = folder.resolve("a.backup").toString();
    String missing = folder.resolve("missing").toString();
    Cli.run("backup", "--from", server.address, file);
    assertThat(Cli.run("backup", "--from", server.address, file).err()).contains("--overwrite");
    Cli overwrite = Cli.run("backup", "--check", "--overwrite", file);
    assertThat(overwrite.code()).isEqualTo(2);
    assertThat(overwrite.err()).contains("leave out --overwrite");
    assertThat(Cli.run("restore", "--to", other.address, "--temp", missing, file).code())
        .isEqualTo(2);
  }

  @Test
  void aFileThatIsMissingIsNamedInWords() {
    String missing = folder.resolve("missing").toString();
    assertThat(Cli.run("backup", "--check", missing).err())
        .isEqualTo("databroker: there is no file " + missing + "\n");
    assertThat(Cli.run("restore", "--to", other.address, missing).err())
        .contains("there is no file " + missing);
    assertThat(Cli.run("backup", "--from", server.address, missing + "/a.backup").err())
        .contains("there is no folder " + missing);
  }

  @Test
  void aStoreThatIsComparedWithItselfIsTold() {
    String alias = server.address.replace("127.0.0.1", "localhost");
    Cli verified = Cli.run("verify", server.address, alias);
    assertThat(verified.out()).startsWith("equal: 20 records");
    assertThat(verified.err()).contains("one store under two names");
    Cli copied = Cli.run("copy", "--from", server.address, "--to", alias, "--replace");
    assertThat(copied.err()).contains("the same history");
    assertThat(server.ask("options", "car").code()).isZero();
  }

  @Test
  @Timeout(60)
  void aServerThatDoesNotAnswerIsToldAtOnce() {
    String file = folder.resolve("a.backup").toString();
    for (Cli failed :
        List.of(
            Cli.run("copy", "--from", "127.0.0.1:1", "--to", other.address),
            Cli.run("copy", "--from", other.address, "--to", "127.0.0.1:1"),
            Cli.run("backup", "--from", "127.0.0.1:1", file))) {
      assertThat(failed.code()).isEqualTo(1);
      assertThat(failed.err()).contains("no server answers at 127.0.0.1:1");
    }
  }

  @Test
  void secretsInTheNameOfAStoreAreNotShown() {
    String url = "jdbc:postgresql://ann:pw1@db/x?password=pw2";
    EndSpec store = EndSpec.parse("postgres:password=pw3,url=" + url + ",schema=a");
    assertThat(store.shown())
        .isEqualTo(
            "postgres:password=(hidden),url=jdbc:postgresql://(hidden)@db/x?password=(hidden)"
                + ",schema=a");
    assertThat(EndSpec.parse("[::1]:5443").shown()).isEqualTo("[::1]:5443");
    assertThat(Cli.run("verify", "post gres:password=pw3", server.address).err())
        .contains("is not a store")
        .doesNotContain("pw3");
  }
}
