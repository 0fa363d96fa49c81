package io.databroker.server.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Writes every log event as one line to standard error. */
final class Logging {
  /**
   * Loggers that warn of events that the client already sees: it left during an answer, or its
   * request was too large. Held strongly, because the JDK forgets unreferenced loggers.
   */
  private static final List<Logger> OF_CALLERS =
      List.of(
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream"));

  /** Chronicle logs at the start where its classes come from. */
  private static final Logger OF_CHRONICLE = Logger.getLogger("net.openhft");

  private final Handler lines;

  private Logging(Handler lines) {
    this.lines = lines;
  }

  static Logging to(PrintStream err, Level level) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    Logging logging = new Logging(new Lines(err));
    root.addHandler(logging.lines);
    root.setLevel(level);
    OF_CALLERS.forEach(logger -> logger.setLevel(Level.SEVERE));
    OF_CHRONICLE.setLevel(Level.WARNING);
    return logging;
  }

  /** Logs a warning, as {@link #event}. */
  void warning(String message) {
    publish(Level.WARNING, message);
  }

  /** Logs an event, even while the process ends and the loggers are closed. */
  void event(String message) {
    publish(Level.INFO, message);
  }

  private void publish(Level level, String message) {
    LogRecord event = new LogRecord(level, message);
    event.setLoggerName("server");
    lines.publish(event);
  }

  private static final class Lines extends Handler {
    private final PrintStream err;
    private final LineRate rate = new LineRate(System::nanoTime);

    Lines(PrintStream err) {
      this.err = err;
      setFormatter(new OneLine());
    }

    @Override
    public void publish(LogRecord record) {
      if (!isLoggable(record)) {
        return;
      }
      String logger = String.valueOf(record.getLoggerName());
      long dropped = rate.admit(logger);
      if (dropped > 0) {
        LogRecord told =
            new LogRecord(record.getLevel(), dropped + " lines of this logger were left out");
        told.setLoggerName(logger);
        err.println(getFormatter().format(told));
      }
      if (dropped != LineRate.DROPPED) {
        err.println(getFormatter().format(record));
      }
    }

    @Override
    public void flush() {
      err.flush();
    }

    /** Does nothing: standard error belongs to the process. */
    @Override
    public void close() {}
  }

  /** Formats time, level, logger, message, and the exception with its stack trace. */
  static final class OneLine extends Formatter {
    @Override
    public String format(LogRecord record) {
      StringBuilder line = new StringBuilder();
      Instant at = record.getInstant().truncatedTo(ChronoUnit.MILLIS);
      line.append(at).append(' ').append(record.getLevel().getName()).append(' ');
      String logger = String.valueOf(record.getLoggerName());
      line.append(logger.substring(logger.lastIndexOf('.') + 1)).append(": ");
      line.append(formatMessage(record));
      for (Throwable e = record.getThrown(); e != null; e = e.getCause()) {
        line.append(" < ").append(e);
        if (e.getStackTrace().length > 0) {
          line.append(" at ").append(e.getStackTrace()[0]);
        }
      }
      return line.toString().replaceAll("\\s*\\R\\s*", " ");
    }
  }
}
