package io.databroker.server.cli;

import io.databroker.server.log.LogFormat;
import io.databroker.server.log.LogLevel;
import io.databroker.server.log.Logging;
import io.databroker.server.rpc.ServerSettings;
import io.databroker.server.rpc.SlowCalls;
import java.io.PrintStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code serve} for its log. */
final class ServeLogs {
  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description = {
        "Log from this level: error, warn, info, debug or trace; ${DEFAULT-VALUE} if not given.",
        "Read anew at SIGHUP."
      })
  private LogLevel level;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "Form of the log: text, or json for one object per line; ${DEFAULT-VALUE} if not given.")
  private LogFormat format;

  @Option(
      names = "--log-slow-calls",
      paramLabel = "DURATION",
      description = {
        "Log calls that take this time or longer, without their content. None if not given.",
        "Read anew at SIGHUP."
      })
  private @Nullable Duration slow;

  private @Nullable SlowCalls calls;

  @SuppressWarnings("NullAway.Init") // picocli sets the options
  ServeLogs() {}

  /** Begins to log. */
  Logging start(PrintStream err) {
    return Logging.to(err, level, format);
  }

  /** Returns the settings with a log of slow calls before the check of callers. */
  ServerSettings apply(ServerSettings settings) {
    SlowCalls created = new SlowCalls();
    created.logFrom(slow);
    calls = created;
    return settings.withObserver(created);
  }

  /** Takes the level and the limit of slow calls from other options. */
  void follow(ServeLogs other, Logging log) {
    log.level(other.level);
    if (calls != null) {
      calls.logFrom(other.slow);
    }
  }
}
