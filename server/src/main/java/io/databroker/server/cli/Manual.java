package io.databroker.server.cli;

import io.databroker.server.config.OptionNames;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Program that writes the manual pages and the completion script for packages, from the declared
 * commands: {@code man1/databroker.1}, a page for each command, and {@code completion/databroker}.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class Manual {
  private Manual() {}

  /** Writes the files into the folder that the argument names. */
  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]));
  }

  static void write(Path folder) throws IOException {
    Terminal none =
        new Terminal(
            java.io.InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
            false,
            false);
    CommandLine root = DatabrokerCommand.parser(none);
    Path pages = Files.createDirectories(folder.resolve("man1"));
    pages(root, pages);
    Path completion = Files.createDirectories(folder.resolve("completion"));
    Files.writeString(completion.resolve("databroker"), AutoComplete.bash("databroker", root));
  }

  private static void pages(CommandLine command, Path folder) throws IOException {
    String name = name(command.getCommandSpec());
    Files.writeString(folder.resolve(name + ".1"), page(command));
    for (CommandLine sub : command.getSubcommands().values()) {
      pages(sub, folder);
    }
  }

  private static String name(CommandSpec command) {
    return command.qualifiedName("-");
  }

  private static String page(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    StringBuilder page = new StringBuilder();
    page.append(
        String.format(
            Locale.ROOT,
            ".TH \"%s\" 1 \"\" \"databroker\" \"Databroker\"%n.SH NAME%n%s \\- %s%n",
            name(spec).toUpperCase(Locale.ROOT),
            escaped(name(spec)),
            escaped(first(spec.usageMessage().description()))));
    section(page, "SYNOPSIS");
    page.append(".B ").append(escaped(command.getHelp().synopsis(0).strip())).append('\n');
    section(page, "DESCRIPTION");
    lines(page, spec.usageMessage().description());
    if (!spec.positionalParameters().isEmpty()) {
      section(page, "ARGUMENTS");
      for (PositionalParamSpec argument : spec.positionalParameters()) {
        item(page, argument.paramLabel(), argument);
      }
    }
    section(page, "OPTIONS");
    for (OptionSpec option : spec.options()) {
      String names = String.join(", ", option.names());
      item(page, OptionNames.isSwitch(option) ? names : names + " " + option.paramLabel(), option);
    }
    if (!command.getSubcommands().isEmpty()) {
      section(page, "COMMANDS");
      command
          .getSubcommands()
          .forEach(
              (name, sub) -> {
                CommandSpec of = sub.getCommandSpec();
                page.append(".TP\n.BR ").append(escaped(name(of))).append(" (1)\n");
                page.append(text(first(of.usageMessage().description()))).append('\n');
              });
    }
    if (spec.usageMessage().footer().length > 0) {
      section(page, "NOTES");
      page.append(".nf\n");
      for (String line : spec.usageMessage().footer()) {
        page.append(text(line)).append('\n');
      }
      page.append(".fi\n");
    }
    section(page, "SEE ALSO");
    page.append(
        spec.parent() == null
            ? "The documentation in the package.\n"
            : ".BR " + escaped(name(spec.parent())) + " (1)\n");
    return page.toString();
  }

  private static void section(StringBuilder page, String title) {
    page.append(".SH ").append(title).append('\n');
  }

  private static void item(StringBuilder page, String label, ArgSpec argument) {
    page.append(".TP\n.B ").append(escaped(label)).append('\n');
    lines(page, argument.description());
  }

  private static void lines(StringBuilder page, String... lines) {
    for (String line : lines) {
      page.append(text(line)).append('\n');
    }
  }

  private static String first(String... lines) {
    return lines.length == 0 ? "" : plain(lines[0]).replaceFirst("\\.$", "");
  }

  private static String text(String line) {
    return escaped(plain(line));
  }

  /** Returns the line without picocli's format and markup. */
  private static String plain(String line) {
    return Ansi.OFF.string(line.replace("%n", "\n").replace("%%", "%"));
  }

  /** Returns text that roff takes as it is: no line of it is a request. */
  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replaceAll("(?m)^([.'])", "\\\\&$1");
  }
}
