package io.databroker.server.cli;

import io.databroker.api.DatabrokerException;
import io.databroker.host.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/**
 * Command line of the server.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
@Command(
    name = "databroker",
    versionProvider = DatabrokerCommand.Version.class,
    description = "Versioned, typed records on any storage backend.",
    footer = {
      "",
      "Records are lines of JSON:",
      "  {\"type\":\"car\",\"id\":\"7\",\"version\":\"12\",\"modifiedAt\":\"…\",\"data\":{\"color\":\"blue\"}}",
      "plus deletedAt if it is deleted. Versions are decimal strings. Data that is not JSON is",
      "shown as {\"@type\":…,\"@value\":base64}. The commands that show records take -o table.",
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage.",
      "",
      "Example:",
      "  databroker serve &",
      "  databroker put car 7 '{\"color\":\"blue\"}'",
      "  databroker watch --no-wait"
    })
public final class DatabrokerCommand {
  private DatabrokerCommand() {}

  /** Runs a command on the streams of the process, and returns its exit code. */
  public static int run(String... arguments) {
    return run(Terminal.ofProcess(), arguments);
  }

  static int run(Terminal terminal, String... arguments) {
    PrintWriter out = new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8);
    boolean colours = terminal.outIsTerminal() && System.getenv("NO_COLOR") == null;
    CommandLine commands = parser(terminal, arguments);
    try {
      Arguments.check(arguments);
    } catch (FailedException e) {
      terminal.tell(ErrorLine.of(e.getMessage()));
      return ExitCodes.USAGE;
    }
    commands
        .setOut(out)
        .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(colours ? Ansi.ON : Ansi.OFF))
        .setExecutionStrategy(Arguments::execute)
        .setParameterExceptionHandler((e, args) -> wrongUsage(terminal, e))
        .setExecutionExceptionHandler((e, line, parsed) -> failed(terminal, e));
    try {
      int code = commands.execute(arguments);
      return code == ExitCodes.DONE && out.checkError() ? unwritten(terminal) : code;
    } catch (OutOfMemoryError e) {
      terminal.tell("out of memory; give it more, such as -Xmx2g");
      return ExitCodes.FAILED;
    }
  }

  /** Returns the exit code for help that could not be written. */
  private static int unwritten(Terminal terminal) {
    if (terminal.needsReader().getAsBoolean()) {
      return ExitCodes.DONE;
    }
    terminal.tell("standard output cannot be written");
    return ExitCodes.FAILED;
  }

  /**
   * Builds the parser. If the first argument names a command, only that command is built, because
   * reading the annotations of all commands takes longer than most commands run.
   */
  static CommandLine parser(Terminal terminal, String... arguments) {
    CommandLine root = new CommandLine(new DatabrokerCommand());
    if (arguments.length > 0 && Commands.NAMES.contains(arguments[0])) {
      root.addSubcommand(Commands.named(arguments[0], terminal));
      // The server reports all problems of its configuration together.
      if (arguments[0].equals(ServeCommand.NAME)) {
        root.getCommandSpec().parser().collectErrors(true);
        root.getSubcommands()
            .values()
            .forEach(it -> it.getCommandSpec().parser().collectErrors(true));
      }
    } else {
      Commands.NAMES.forEach(name -> root.addSubcommand(Commands.named(name, terminal)));
    }
    addHelp(root);
    Parsers.register(root);
    return root.setExpandAtFiles(false); // an id may begin with @
  }

  /** Adds --help and --version to every command. */
  private static void addHelp(CommandLine line) {
    var spec = line.getCommandSpec();
    spec.mixinStandardHelpOptions(true);
    spec.versionProvider(new Version());
    spec.usageMessage().abbreviateSynopsis(false).width(100);
    line.getSubcommands().values().forEach(DatabrokerCommand::addHelp);
  }

  private static int wrongUsage(Terminal terminal, ParameterException e) {
    CommandLine command = e.getCommandLine();
    if (e instanceof MissingSubcommandException) {
      command.usage(terminal.err());
      return ExitCodes.USAGE;
    }
    terminal.tell(
        String.format(
            Locale.ROOT,
            "%s%s; see \"%s --help\"",
            ErrorLine.of(e.getMessage()),
            Arguments.nearest(e),
            command.getCommandSpec().qualifiedName()));
    return ExitCodes.USAGE;
  }

  private static int failed(Terminal terminal, Exception e) {
    if (e instanceof ReaderGoneException) {
      return ExitCodes.DONE;
    }
    if (e instanceof ParameterException usage) {
      return wrongUsage(terminal, usage);
    }
    boolean foreseen =
        e instanceof FailedException
            || e instanceof ConfigurationException
            || e instanceof DatabrokerException
            || e instanceof IOException;
    String message = foreseen ? told(e) : "unexpected: " + e;
    terminal.tell(ErrorLine.of(message));
    return e instanceof ConfigurationException ? ExitCodes.USAGE : ExitCodes.FAILED;
  }

  /**
   * Returns the message for the user, because the message of some JDK exceptions is only the name
   * of a file.
   */
  private static @Nullable String told(Exception e) {
    if (e instanceof NoSuchFileException missing) {
      return "there is no file " + missing.getFile();
    }
    if (e instanceof AccessDeniedException denied) {
      return "may not access " + denied.getFile();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** Version in the manifest of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        String.format(Locale.ROOT, "databroker %s (Java %s)", number(), Runtime.version())
      };
    }

    static String number() {
      String version = DatabrokerCommand.class.getPackage().getImplementationVersion();
      return version == null ? "built from source" : version;
    }
  }
}
