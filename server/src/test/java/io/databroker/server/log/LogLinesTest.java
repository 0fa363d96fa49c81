package io.databroker.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogLinesTest {
  /** Hostile type of a client: line ends, terminal commands, quotes, half of a surrogate pair. */
  private static final String HOSTILE =
      "car\r\n2026-01-01T00:00:00.000Z INFO audit: clear\u001b[2J\u0000\u2028\u2029\u202e\u0085\"\\{}'\ud800 😀";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(out, true, StandardCharsets.UTF_8);

  @AfterEach
  void silence() {
    Logging.silence();
  }

  private String log() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(LogFormat.class)
  void whateverAClientSendsIsOneLine(LogFormat format) {
    Logging.to(err, LogLevel.INFO, format);
    AuditLog.write("options", HOSTILE, "127.0.0.1:1", "ok", Map.of("type", HOSTILE));
    Logger.getLogger("io.databroker.x")
        .log(Level.WARNING, HOSTILE, new IllegalStateException(HOSTILE));
    assertThat(log().codePoints().filter(c -> c == '\n').count()).isEqualTo(2);
    String line = log().replace("\n", "");
    assertThat(
            line.chars()
                .filter(Character::isISOControl)
                .filter(c -> format == LogFormat.TEXT || c < 32))
        .isEmpty();
    if (format == LogFormat.TEXT) {
      assertThat(line).doesNotContain("\u202e", "\u2028", "\u001b");
    } else {
      for (String each : log().lines().toList()) {
        JsonObject object = JsonParser.parseString(each).getAsJsonObject();
        assertThat(Instant.parse(object.get("time").getAsString()))
            .isBeforeOrEqualTo(Instant.now());
        assertThat(object.keySet()).contains("level", "logger", "message");
      }
      JsonObject audit = JsonParser.parseString(log().lines().toList().get(0)).getAsJsonObject();
      assertThat(audit.get("type").getAsString()).isEqualTo(HOSTILE.replace('\ud800', '?'));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"net.openhft.x", "org.flywaydb.core.x", "com.zaxxer.hikari.x"})
  void librariesWriteWarningsAlone(String logger) {
    Logging.to(err, LogLevel.DEBUG, LogFormat.TEXT);
    Logger.getLogger(logger).info("an advert");
    assertThat(log()).isEmpty();
    Logger.getLogger(logger).warning("a warning");
    assertThat(log()).contains("a warning");
  }

  @Test
  void linesDependOnNoLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      LogRecord event = new LogRecord(Level.INFO, "x");
      event.setInstant(Instant.parse("2026-11-26T14:15:16.170Z"));
      event.setLoggerName("a.b.C");
      assertThat(TextLine.of(event)).isEqualTo("2026-11-26T14:15:16.170Z INFO C: x");
      assertThat(JsonEvent.of(event))
          .isEqualTo(
              "{\"time\":\"2026-11-26T14:15:16.170Z\",\"level\":\"info\",\"logger\":\"C\",\"message\":\"x\"}");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void theLevelChangesAtRunTimeAndLibrariesNeverWriteWhatTheySend() {
    Logging logging = Logging.to(err, LogLevel.WARN, LogFormat.TEXT);
    Logger own = Logger.getLogger("io.databroker.y");
    Logger library = Logger.getLogger("io.grpc.netty.shaded.io.netty.Frames");
    own.info("unseen");
    logging.event("unseen");
    logging.level(LogLevel.TRACE);
    own.finest("seen");
    library.fine("unseen: jwt");
    logging.event("seen");
    logging.level(LogLevel.ERROR);
    own.warning("unseen");
    AuditLog.write("clear", "me", "here", "ok", Map.of());
    assertThat(log().lines().map(line -> line.replaceFirst("\\S+ ", "")))
        .containsExactly(
            "TRACE y: seen",
            "INFO server: seen",
            "INFO audit: clear who=\"me\" from=\"here\" outcome=\"ok\"");
  }

  @Test
  void theAuditLogIsWrittenWhileTheProcessEnds() {
    Logging.to(err, LogLevel.INFO, LogFormat.TEXT);
    LogManager.getLogManager().reset(); // as its shutdown hook does
    AuditLog.write("clear", "me", "here", "ok", Map.of());
    assertThat(log()).contains(" INFO audit: clear who=\"me\"");
  }

  @Test
  void ofTheAuditLogNoLineIsLeftOut() {
    Logging.to(err, LogLevel.INFO, LogFormat.TEXT);
    for (int i = 0; i < 100; i++) {
      AuditLog.write("clear", "me", "here", "ok", Map.of());
      Logger.getLogger("io.databroker.z").info("stranger");
    }
    assertThat(log().lines().filter(line -> line.contains("audit"))).hasSize(100);
    assertThat(log().lines().filter(line -> line.contains("stranger"))).hasSize(LineRate.LINES);
  }

  @Test
  void aLineHasABoundedLength() {
    Logging.to(err, LogLevel.INFO, LogFormat.TEXT);
    AuditLog.write("options", "x".repeat(100_000), "here", "ok", Map.of());
    assertThat(log().length()).isLessThan(5_000);
  }
}
