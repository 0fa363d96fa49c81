package io.databroker.server.cli;

import io.databroker.api.Capability;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Limits;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import io.databroker.host.DiscoveredProvider;
import io.databroker.host.Discovery;
import io.databroker.host.SettingText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** Command that shows the backends. */
@Command(
    name = "backends",
    description = {
      "Lists the backends that this installation can serve.",
      "For each: its name and version, the jar it came from, its capabilities and limits, and its",
      "settings for \"serve --set\". Problems go to standard error, and the exit code is then 1."
    },
    footer = {"", "Example:", "  databroker backends --plugin my-backend.jar"})
final class BackendsCommand extends ReportingCommand {
  /** A value for settings that are paths; nothing is read or made there. */
  private static final Path EXAMPLE = Path.of("data");

  @Option(
      names = "--plugin",
      paramLabel = "PATH",
      description = "Also search this jar or folder of jars. May be repeated.")
  private List<Path> plugins = new ArrayList<>();

  BackendsCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Output output) throws Exception {
    try (Discovery discovery = Discovery.of(plugins)) {
      List<String> problems = new ArrayList<>(discovery.problems());
      for (DiscoveredProvider provider : discovery.providers()) {
        show(provider, problems, output);
      }
      output.flush();
      problems.forEach(terminal::tell);
      return problems.isEmpty() ? ExitCodes.DONE : ExitCodes.FAILED;
    }
  }

  private void show(DiscoveredProvider provider, List<String> problems, Output output)
      throws ReaderGoneException, FailedException {
    String name = provider.name();
    String shown =
        terminal.outIsTerminal() ? Ansi.ON.string("@|bold " + name.replace("|", "") + "|@") : name;
    output.line(shown + " " + provider.version());
    output.line("  from          " + provider.source());
    try {
      Set<Capability> byDefault = provider.capabilities(Settings.defaults());
      output.line("  can           " + words(byDefault));
      for (Setting<?> setting : provider.settings()) {
        Set<Capability> with = setting.type() == Path.class ? with(provider, setting) : byDefault;
        if (!with.equals(byDefault)) {
          output.line("                with " + setting.name() + ": " + words(with));
        }
      }
      output.line("  accepts       " + limits(provider.limits(Settings.defaults())));
    } catch (DatabrokerException e) {
      problems.add(e.getMessage());
    }
    for (Setting<?> setting : provider.settings()) {
      output.line(String.format(Locale.ROOT, "  --set %s=%s", setting.name(), value(setting)));
      output.line("                " + setting.help());
    }
  }

  /** Returns the capabilities if this path is set, which can make a backend durable. */
  private static Set<Capability> with(DiscoveredProvider provider, Setting<?> setting) {
    @SuppressWarnings("unchecked") // the caller tests the type
    Setting<Path> path = (Setting<Path>) setting;
    Settings.Builder settings = Settings.builder();
    if (path.problemWith(EXAMPLE).isEmpty()) {
      settings.set(path, EXAMPLE);
    }
    return provider.capabilities(settings.build());
  }

  private static String words(Set<Capability> capabilities) {
    String can =
        capabilities.stream().map(Capability::label).sorted().collect(Collectors.joining(", "));
    return can.isEmpty() ? "nothing beyond the contract" : can;
  }

  private static String limits(Limits limits) {
    return String.format(
        Locale.ROOT,
        "type %d, id %d, payload %d bytes; batch %d records, %d bytes; lease margin %d ms",
        limits.typeBytes(),
        limits.idBytes(),
        limits.payloadBytes(),
        limits.batchRecords(),
        limits.batchBytes(),
        limits.leaseMargin().toMillis());
  }

  /** Returns the unit of a setting, with its default. */
  private static String value(Setting<?> setting) {
    String fallback =
        setting
            .defaultValue()
            .map(value -> "; default " + SettingText.of(value))
            .orElse(setting.isRequired() ? "; required" : "");
    return "<" + setting.unit() + fallback + ">";
  }
}
