package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Standbys that confirmed every commit, by the settings of primary and standby. */
class StandbyNamesTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "s1              | s1   | true",
        "S1              | s1   | true",
        "\"s 1\"         | s 1  | true",
        "\"a\"\"b\"      | a\"b | true",
        "FIRST 1 (s1)    | s1   | true",
        "ANY 2 (s1, s2)  | s2   | true",
        "2 (s1, s2)      | s1   | true",
        "any 1 (s1, s2)  | s1   | false",
        "1 (s1, s2)      | s1   | false",
        "s1, s2          | s1   | false",
        "s1              | s2   | false",
        "*               | s1   | false",
        "FIRST 1 (*)     | s1   | false",
        "``              | s1   | false",
        "s1              | ``   | false",
      })
  void aStandbyConfirmedEachCommitOnlyIfAllMustDo(
      String setting, String clusterName, boolean confirmed) {
    StandbyNames server = StandbyNames.ofServer(clusterName, null);
    assertThat(StandbyNames.ofSetting(setting).allOf(server)).isEqualTo(confirmed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "host=a application_name=s1 port=1 | s1",
        "application_name = 's 1'          | s 1",
        "host=a port=1                     | cluster",
        "fallback_application_name=x       | cluster",
      })
  void theNameInTheConnectionStringComesFirst(String conninfo, String name) {
    StandbyNames server = StandbyNames.ofServer("cluster", conninfo);
    assertThat(server.names()).containsExactly(name);
  }
}
