package io.databroker.postgres;

import io.databroker.api.OpenFailedException;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The settings of one open.
 *
 * @param password null if the server needs none, or the URL contains it
 */
record PostgresSettings(
    String url,
    @Nullable String user,
    @Nullable String password,
    String schema,
    int poolSize,
    Duration statementTimeout) {

  static final Setting<String> URL =
      Setting.text(
              "url",
              null,
              "the JDBC URL, as jdbc:postgresql://HOST[,HOST]/DATABASE; it also sets TLS")
          .required();
  static final Setting<String> USER = Setting.text("user", null, "the role to log in as");
  static final Setting<String> PASSWORD =
      Setting.text("password", null, "its password; other users can see it in a list of processes");
  static final Setting<Path> PASSWORD_FILE =
      Setting.path("passwordFile", "a file whose first line is the password");
  static final Setting<String> SCHEMA =
      Setting.text("schema", "databroker", "the schema that holds the store; created if absent")
          .checked(PostgresSettings::problemWithSchema);
  static final Setting<Long> POOL_SIZE =
      Setting.number(
          "poolSize",
          "connections",
          2,
          1_000,
          10,
          "the limit on connections of one host, besides one that listens");
  static final Setting<Duration> STATEMENT_TIMEOUT =
      Setting.duration(
          "statementTimeout",
          Duration.ofSeconds(5),
          "how long one statement may take on the server; a shorter call timeout ends it sooner");

  static final List<Setting<?>> ALL =
      List.of(URL, USER, PASSWORD, PASSWORD_FILE, SCHEMA, POOL_SIZE, STATEMENT_TIMEOUT);

  /** Names that need no quotes: operators easily mistype quoted names in queries. */
  private static final Pattern PLAIN_NAME = Pattern.compile("(?!pg_)[a-z_][a-z0-9_]{0,47}");

  /**
   * Addresses that the driver reads without writing parts of them to the log. A password before the
   * host may contain any character.
   */
  private static final Pattern PLAIN_URL =
      Pattern.compile(
          "jdbc:postgresql:(//(HOST(,HOST)*)?/)?[^/?@]*(\\?.*)?"
              .replace("HOST", "([^\\[/?@:,]+|\\[[^/?@\\]]*\\])(:\\d+)?"),
          Pattern.DOTALL);

  private static Optional<String> problemWithSchema(String name) {
    return PLAIN_NAME.matcher(name).matches()
        ? Optional.empty()
        : Optional.of(
            "give 1 to 48 small letters, digits and underscores that begin with no digit and not"
                + " with pg_");
  }

  /** Reads the settings, and the file of the password. */
  static PostgresSettings of(Settings settings) {
    check(settings);
    return new PostgresSettings(
        settings.get(URL),
        settings.find(USER).orElse(null),
        password(settings),
        settings.get(SCHEMA),
        Math.toIntExact(settings.get(POOL_SIZE)),
        settings.get(STATEMENT_TIMEOUT));
  }

  /**
   * Checks the settings. Does not read the file of the password: it may be a pipe, or only the user
   * of the server may read it.
   */
  static void check(Settings settings) {
    checkUrl(settings.get(URL));
    if (settings.find(PASSWORD).isPresent() && settings.find(PASSWORD_FILE).isPresent()) {
      throw new OpenFailedException("both password and passwordFile are set; set one", null);
    }
    settings
        .find(PASSWORD_FILE)
        .filter(Files::notExists)
        .ifPresent(
            absent -> {
              throw noPassword(absent, null);
            });
  }

  private static OpenFailedException noPassword(Path file, @Nullable IOException failure) {
    return new OpenFailedException(
        "passwordFile " + file + " cannot be read; give a readable file of text", failure);
  }

  private static void checkUrl(String url) {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new OpenFailedException(
          "url is " + shown(url) + "; give one that begins with jdbc:postgresql://", null);
    }
    if (!PLAIN_URL.matcher(url).matches()) {
      throw unreadable(url);
    }
    try {
      new PGSimpleDataSource().setUrl(url);
    } catch (IllegalArgumentException e) {
      throw unreadable(url);
    }
  }

  /** Leaves the driver's own message out, because it contains the password. */
  private static OpenFailedException unreadable(String url) {
    return new OpenFailedException(
        "url is "
            + shown(url)
            + ", which the PostgreSQL driver cannot read; give"
            + " jdbc:postgresql://HOST:PORT/DATABASE, and user and passwordFile as settings",
        null);
  }

  private static @Nullable String password(Settings settings) {
    Optional<Path> file = settings.find(PASSWORD_FILE);
    if (file.isEmpty()) {
      return settings.find(PASSWORD).orElse(null);
    }
    try {
      return Files.readString(file.get()).lines().findFirst().orElse("");
    } catch (IOException failure) {
      throw noPassword(file.get(), failure);
    }
  }

  /** Returns the URL without parts that may be a password. */
  String shownUrl() {
    return shown(url);
  }

  /** Leaves out the parameters, and all after the scheme if a password may stand there. */
  private static String shown(String url) {
    if (url.indexOf('@') >= 0 && !PLAIN_URL.matcher(url).matches()) {
      int host = url.indexOf("//") + 2;
      return (host < 2 ? "" : url.substring(0, host)) + "(hidden)";
    }
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }

  /** Leaves the password out. */
  @Override
  public String toString() {
    return shownUrl() + " as " + user + ", schema " + schema;
  }
}
