package io.databroker.server.log;

import java.io.PrintStream;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Writes every log event as one line to standard error.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class Logging {
  /**
   * Loggers that warn of acts of a client: it left during an answer, or its request was too large.
   * The status of the call already reports this to the client. The JDK forgets loggers that nobody
   * refers to.
   */
  private static final List<Logger> OF_CALLERS =
      List.of(
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream"));

  /** Loggers of libraries whose events below the level warning are of no use to an operator. */
  private static final List<Logger> OF_LIBRARIES =
      List.of(
          Logger.getLogger("net.openhft"),
          Logger.getLogger("org.flywaydb"),
          Logger.getLogger("com.zaxxer.hikari"));

  /** Loggers of this project. */
  private static final Logger OWN = Logger.getLogger("io.databroker");

  private static final Logger AUDIT = Logger.getLogger(AuditLog.NAME);

  private final Lines lines;

  private Logging(Lines lines) {
    this.lines = lines;
  }

  /** Writes nothing from now on: a command reports its failures itself. */
  public static void silence() {
    LogManager.getLogManager().reset();
    AuditLog.to(null);
    Logger.getLogger("").setLevel(Level.OFF);
    OWN.setLevel(Level.OFF);
    AUDIT.setLevel(Level.OFF);
  }

  /** Takes over all logging of the process. */
  public static Logging to(PrintStream err, LogLevel level, LogFormat format) {
    LogManager.getLogManager().reset();
    Logging logging = new Logging(new Lines(err, format));
    Logger.getLogger("").addHandler(logging.lines);
    logging.level(level);
    AuditLog.to(logging.lines::publish);
    return logging;
  }

  /**
   * Sets the lowest level that is written. Libraries write at {@code INFO} or {@code WARNING} at
   * least: below it, they write requests with their tokens and payloads. The audit log is written
   * at every level.
   */
  public void level(LogLevel level) {
    Level own = level.level();
    lines.setLevel(Level.ALL);
    lines.least = own.intValue();
    Logger.getLogger("").setLevel(own.intValue() < Level.INFO.intValue() ? Level.INFO : own);
    OWN.setLevel(own);
    AUDIT.setLevel(Level.INFO);
    OF_CALLERS.forEach(logger -> logger.setLevel(Level.SEVERE));
    Level ofLibraries = own.intValue() < Level.WARNING.intValue() ? Level.WARNING : own;
    OF_LIBRARIES.forEach(logger -> logger.setLevel(ofLibraries));
  }

  /** Logs a warning, as {@link #event}. */
  public void warning(String message) {
    publish(LogLevel.WARN, message);
  }

  /** Logs an event, even while the process ends and the loggers are closed. */
  public void event(String message) {
    publish(LogLevel.INFO, message);
  }

  private void publish(LogLevel level, String message) {
    if (level.level().intValue() >= lines.least) {
      lines.publish(new Event(level, "server", message));
    }
  }

  private static final class Lines extends Handler {
    private final PrintStream err;
    private final LogFormat format;
    private final LineRate rate = new LineRate(System::nanoTime);
    private volatile int least;

    Lines(PrintStream err, LogFormat format) {
      this.err = err;
      this.format = format;
    }

    @Override
    public void publish(LogRecord event) {
      if (!isLoggable(event)) {
        return;
      }
      String logger = String.valueOf(event.getLoggerName());
      long dropped = logger.equals(AuditLog.NAME) ? 0 : rate.admit(logger);
      if (dropped > 0) {
        LogRecord told =
            new LogRecord(event.getLevel(), dropped + " lines of this logger were left out");
        told.setLoggerName(logger);
        err.println(format.line(told));
      }
      if (dropped != LineRate.DROPPED) {
        err.println(format.line(event));
      }
    }

    @Override
    public void flush() {
      err.flush();
    }

    /** Standard error is not ours to close. */
    @Override
    public void close() {}
  }
}
