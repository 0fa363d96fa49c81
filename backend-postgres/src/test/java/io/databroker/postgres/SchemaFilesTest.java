package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flyway refuses a store whose migrations differ from those of the code, even by a comment. */
class SchemaFilesTest {

  @ParameterizedTest
  @CsvSource({
    "V1__records.sql, c4e66406aa404293ad7a83683e5670e593456edb132ea0a1cf99ba5e78e9667e",
    "V2__run.sql, 84330cef75e1acfe6baec746559b3a46ea30b1d20884bc6ba0201061c46a7091",
  })
  void aReleasedMigrationNeverChanges(String name, String sha256) throws Exception {
    try (InputStream file = SchemaFilesTest.class.getResourceAsStream("schema/" + name)) {
      assertThat(file).as(name).isNotNull();
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(file.readAllBytes());
      assertThat(HexFormat.of().formatHex(digest))
          .as("%s has changed: undo it, and put the change into a new migration", name)
          .isEqualTo(sha256);
    }
  }
}
