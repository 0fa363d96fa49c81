package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.rpc.ServerSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Configuration of {@code serve} by file, environment and flags. */
@Timeout(60)
class ConfigurationTest {
  private static final List<String> FLAGS_ONLY =
      List.of("--help", "--version", "--check", "--print-config");

  @TempDir Path folder;

  private String file(String... lines) throws IOException {
    return Files.write(folder.resolve("databroker.yaml"), List.of(lines)).toString();
  }

  private static Cli print(Map<String, String> environment, String... flags) {
    return Cli.with(environment, arguments("--print-config", flags));
  }

  private static Cli check(Map<String, String> environment, String... flags) {
    return Cli.with(environment, arguments("--check", flags));
  }

  private static String[] arguments(String mode, String... flags) {
    return Stream.concat(Stream.of("serve", mode), Stream.of(flags)).toArray(String[]::new);
  }

  private static List<String> problems(Cli cli) {
    assertThat(cli.code()).as(cli.err()).isNotZero();
    assertThat(cli.out()).isEmpty();
    return cli.err().lines().map(line -> line.replaceFirst("^databroker: ", "")).toList();
  }

  private static List<OptionSpec> options() {
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(new byte[0]),
            OutputStream.nullOutputStream(),
            new PrintStream(
                OutputStream.nullOutputStream(), true, java.nio.charset.StandardCharsets.UTF_8),
            false,
            false);
    return DatabrokerCommand.parser(terminal, "serve")
        .getSubcommands()
        .get("serve")
        .getCommandSpec()
        .options();
  }

  @Test
  void aFlagWinsOverAVariableAndAVariableOverTheFile() throws Exception {
    String yaml =
        file(
            "# comment",
            "history: 2h",
            "max-leases: 5",
            "max-watchers: 6",
            "reflection: true",
            "set:",
            "  memoryBytes: 1000000",
            "  historyBytes: 500000");
    Cli shown =
        print(
            Map.of(
                "DATABROKER_MAX_LEASES",
                "7",
                "DATABROKER_MAX_WATCHERS",
                "8",
                "DATABROKER_SET",
                "historyBytes=400000"),
            "--config",
            yaml,
            "--max-watchers=9",
            "--set",
            "memoryBytes=2000000");
    assertThat(shown.err()).isEmpty();
    assertThat(shown.lines().stream().map(line -> line.replaceAll(" +# ", " # ")))
        .contains(
            "backend: inmemory # default",
            "history: 2h # " + yaml + ", line 2",
            "max-leases: 7 # variable DATABROKER_MAX_LEASES",
            "max-watchers: 9 # --max-watchers",
            "reflection: true # " + yaml + ", line 5",
            "  historyBytes: 400000 # variable DATABROKER_SET",
            "  memoryBytes: 2000000 # --set",
            "max-connections: 4000 # default",
            "# tls-cert: # not given");
    assertThat(shown.code()).isZero();
  }

  @Test
  void whatIsPrintedIsAFileThatMeansTheSame() throws Exception {
    String yaml = file("set: {directory: 'a b: #c', durability: disk}", "backend: offheap");
    Cli first = print(Map.of(), "--config", yaml, "--plugin", folder.toString(), "--reflection");
    Path again = Files.writeString(folder.resolve("again.yaml"), first.out());
    // An empty folder is no plugin.
    assertThat(problems(first)).singleElement().asString().contains("a folder without jars");
    Cli valid = print(Map.of(), "--config", yaml, "--reflection");
    Files.writeString(again, valid.out());
    Cli second = print(Map.of(), "--config", again.toString());
    assertThat(second.lines().stream().map(line -> line.replaceAll(" +#.*", "")))
        .isEqualTo(valid.lines().stream().map(line -> line.replaceAll(" +#.*", "")).toList());
  }

  @Test
  void everyOptionIsAKeyAndAVariableWithoutASecondDeclaration() throws Exception {
    Cli shown = print(Map.of());
    for (OptionSpec option : options()) {
      String key = option.longestName().substring(2);
      if (FLAGS_ONLY.contains(option.longestName())) {
        assertThat(problems(check(Map.of(), "--config", file(key + ": x"))))
            .singleElement()
            .asString()
            .contains("unknown key \"" + key + "\"");
        continue;
      }
      String variable = "DATABROKER_" + key.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
      // The value is wrong for most options, but no problem may say that the name is unknown.
      assertThat(check(Map.of(variable, "?"), "--listen=127.0.0.1:0").err())
          .as(variable)
          .doesNotContain("unknown variable");
      if (!key.equals("config")) {
        String value = option.paramLabel().equals("KEY=VALUE") ? "{a: b}" : "'?'";
        assertThat(check(Map.of(), "--config", file(key + ": " + value)).err())
            .as(key)
            .doesNotContain("unknown key");
        assertThat(shown.out()).containsPattern("(?m)^(# )?" + key + ":");
      }
    }
  }

  @Test
  void unknownNamesAreRefusedWithTheNearestKnownOne() throws Exception {
    String yaml =
        file("lisen: 127.0.0.1:0", "", "maxLeases: 5", "config: other.yaml", "tls_crt: 1");
    assertThat(
            problems(check(Map.of("DATABROKER_HISTROY", "1h", "PATH", "/bin"), "--config", yaml)))
        .containsExactly(
            "unknown variable DATABROKER_HISTROY; did you mean DATABROKER_HISTORY?",
            yaml + ", line 1: unknown key \"lisen\"; did you mean listen?",
            yaml + ", line 3: unknown key \"maxLeases\"; did you mean max-leases?",
            yaml + ", line 4: a file cannot name another; give --config or DATABROKER_CONFIG",
            yaml + ", line 5: unknown key \"tls_crt\"; did you mean tls-cert?");
  }

  @Test
  void variablesOfOthersAreNoMistake() {
    Cli checked =
        check(
            Map.of(
                "DATABROKER_SERVICE_HOST", "10.0.0.1",
                "DATABROKER_PORT", "tcp://10.0.0.1:5443",
                "DATABROKER_PORT_5443_TCP_ADDR", "10.0.0.1",
                "DATABROKER_JAVA_OPTS", "-Xmx1g",
                "DATABROKER_SERVER", "127.0.0.1:1",
                "DATABROKER_LISTEN", " "));
    assertThat(checked.err()).isEmpty();
    assertThat(checked.out()).isEqualTo("configuration is valid\n");
  }

  @Test
  void variablesOfServicesWithALongerNameAreKnown() throws Exception {
    Map<String, String> ofService =
        Map.of(
            "DATABROKER_METRICS_SERVICE_HOST", "10.0.0.2",
            "DATABROKER_METRICS_SERVICE_PORT", "9464",
            "DATABROKER_METRICS_SERVICE_PORT_HTTP", "9464",
            "DATABROKER_METRICS_PORT", "tcp://10.0.0.2:9464",
            "DATABROKER_METRICS_PORT_9464_TCP", "tcp://10.0.0.2:9464",
            "DATABROKER_METRICS_PORT_9464_TCP_PROTO", "tcp");
    assertThat(check(ofService).err()).isEmpty();
    assertThat(check(Map.of("DATABROKER_METRICS_PORT", "9464")).err())
        .contains("unknown variable DATABROKER_METRICS_PORT");
  }

  @Test
  void allProblemsOfAllSourcesAreToldAtOnce() throws Exception {
    String yaml =
        file(
            "max-leases: many",
            "max-watchers: 0",
            "history: [1h]",
            "set: directory",
            "reflection: maybe",
            "housekeeping:",
            "max-leases: 3",
            "handshake-timeout: 5 parsecs",
            "tls-client-ca: ca.pem");
    List<String> problems =
        problems(
            check(
                Map.of("DATABROKER_MAX_CONNECTIONS", "-1", "DATABROKER_REFLECTION", "1"),
                "--config",
                yaml,
                "--listen=nowhere",
                "--options=absent.json",
                "--set=nonsense",
                "--bogus",
                "--protoset=absent.pb",
                "--backend=inmemoy"));
    assertThat(problems)
        .anyMatch(it -> it.startsWith(yaml + ", line 1: max-leases: 'many' is not a number"))
        .anyMatch(it -> it.startsWith(yaml + ", line 2: max-watchers: '0' is not a number"))
        .contains(yaml + ", line 3: history has the wrong form; give a single value")
        .contains(
            yaml
                + ", line 4: set has the wrong form; give a mapping of settings, each \"name:"
                + " value\"")
        .contains(yaml + ", line 5: reflection is 'maybe'; give true or false")
        .contains(yaml + ", line 6: housekeeping has no value; give one, or remove the key")
        .contains(yaml + ", line 7: max-leases stands in line 1 already; give it once")
        .anyMatch(it -> it.startsWith(yaml + ", line 8: handshake-timeout: '5 parsecs'"))
        .anyMatch(it -> it.startsWith("variable DATABROKER_MAX_CONNECTIONS: max-connections: '-1'"))
        .contains("variable DATABROKER_REFLECTION: reflection is '1'; give true or false")
        .anyMatch(it -> it.contains("'--listen': 'nowhere' is not HOST:PORT"))
        .anyMatch(it -> it.contains("options file: there is no file absent.json"))
        .anyMatch(it -> it.contains("--set is 'nonsense'; give KEY=VALUE"))
        .anyMatch(it -> it.contains("--bogus"))
        .anyMatch(it -> it.contains("absent.pb"))
        .anyMatch(it -> it.contains("--tls-client-ca needs --tls-cert"))
        .anyMatch(it -> it.contains("unknown backend \"inmemoy\""))
        .hasSize(17);
  }

  @Test
  void aFileThatIsNoPlainMappingIsRefusedWithALine() throws Exception {
    assertThat(problems(check(Map.of(), "--config", file("- a"))))
        .singleElement()
        .asString()
        .contains("line 1: is not a mapping");
    for (String bad :
        new String[] {
          "listen: !!java.net.URL [http://127.0.0.1]",
          "listen: !!str x",
          "listen: &a 127.0.0.1:0",
          "history: *h",
          "set: {a: {b: c}}",
          "plugin: [[a]]",
          "? [a]\n: b",
          "listen: \"unterminated",
          "listen: a\n\tb: c",
          "set: {a: 1, a: 2}",
          "listen: a: b",
          "--- {}\n--- {}",
          "&a [*a, *a, [[[[[]]]]]]",
          "\u0001: x"
        }) {
      assertThat(problems(check(Map.of(), "--config", file(bad)))).as(bad).isNotEmpty();
    }
    for (String empty : new String[] {"", "# nothing", "---", "{}"}) {
      assertThat(check(Map.of(), "--config", file(empty)).code()).as(empty).isZero();
    }
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws Exception {
    assertThat(problems(check(Map.of(), "--config", "absent.yaml")))
        .containsExactly("configuration file: there is no file absent.yaml");
    assertThat(problems(check(Map.of("DATABROKER_CONFIG", folder.toString()))))
        .containsExactly("configuration file: " + folder + " is a directory");
    Path large = folder.resolve("large.yaml");
    Files.writeString(large, "# " + "x".repeat(1 << 20));
    assertThat(problems(check(Map.of(), "--config", large.toString())))
        .singleElement()
        .asString()
        .contains("has more than 65536 bytes");
    Path latin = Files.write(folder.resolve("latin.yaml"), new byte[] {'a', ':', (byte) 0xe9});
    assertThat(problems(check(Map.of(), "--config", latin.toString())))
        .singleElement()
        .asString()
        .contains("is not UTF-8");
    Files.writeString(large, "[".repeat(60_000));
    assertThat(problems(check(Map.of(), "--config", large.toString()))).hasSize(1);
  }

  @Test
  void secretsAreNeverShown() throws Exception {
    String yaml =
        file(
            "backend: postgres",
            "set:",
            "  url: jdbc:postgresql://db/x?ssl=true&password=hunter2&pwd=hunter2&api_key=hunter2&user=u",
            "  password: hunter2");
    Cli shown = print(Map.of("DATABROKER_SHARED_KEY", key()), "--config", yaml);
    assertThat(shown.out())
        .doesNotContain("hunter2")
        .doesNotContain(key())
        .contains("password: \"(hidden)\"")
        .contains("ssl=true")
        .contains("DATABROKER_SHARED_KEY is set (hidden)");
    Path password = Files.writeString(folder.resolve("pw"), "hunter2");
    String inFile = file("backend: postgres", "set:", "  url: jdbc:postgresql://db/x");
    assertThat(
            print(Map.of("DATABROKER_SET", "passwordFile=" + password), "--config", inFile).out())
        .contains("passwordFile: " + password)
        .doesNotContain("hunter2");
    // Secrets also stay hidden when the line that holds one is wrong.
    String wrong =
        file("set:", "  password: hunter2", "  pasword: hunter2", "  password: 'hunter2");
    assertThat(check(Map.of(), "--config", wrong, "--backend=postgres").err())
        .doesNotContain("hunter2");
    assertThat(check(Map.of("DATABROKER_SET", "password hunter2")).err()).doesNotContain("hunter2");
  }

  private static String key() {
    return java.util.Base64.getEncoder().encodeToString(new byte[32]);
  }

  @Test
  void aCheckOpensNothing() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path store = folder.resolve("store");
      Cli checked =
          check(
              Map.of(),
              "--listen=127.0.0.1:" + taken.getLocalPort(),
              "--backend=offheap",
              "--set=directory=" + store);
      assertThat(checked.err()).isEmpty();
      assertThat(checked.out()).isEqualTo("configuration is valid\n");
      assertThat(store).doesNotExist();
    }
  }

  @Test
  void anAddressThatTwoOptionsGiveIsAProblem() throws Exception {
    String yaml =
        file("listen: 127.0.0.1:7001", "metrics: localhost:7001", "console: '127.0.0.1:7002'");
    assertThat(problems(check(Map.of(), "--config", yaml)))
        .containsExactly(
            "--listen and --metrics cannot both listen on localhost:7001; give each its own port");
    assertThat(problems(check(Map.of("DATABROKER_METRICS", "0.0.0.0:7002"), "--config", yaml)))
        .containsExactly(
            "--metrics and --console cannot both listen on 127.0.0.1:7002; give each its own port");
    assertThat(check(Map.of("DATABROKER_METRICS", "127.0.0.1:7003"), "--config", yaml).err())
        .isEmpty();
  }

  @Test
  void theDeclaredDefaultsAreThoseOfTheServer() {
    ServeLimits declared = new ServeLimits();
    CommandLine line = new CommandLine(declared);
    Parsers.register(line);
    line.parseArgs();
    ServerSettings standard = new ServerSettings();
    assertThat(declared.apply(standard)).isEqualTo(standard);
  }
}
