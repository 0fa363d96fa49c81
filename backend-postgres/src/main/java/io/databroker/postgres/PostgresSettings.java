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

  private static final Pattern USER_IN_URL = Pattern.compile("jdbc:postgresql://[^/?]*@");

  private static Optional<String> problemWithSchema(String name) {
    return PLAIN_NAME.matcher(name).matches()
        ? Optional.empty()
        : Optional.of(
            "give 1 to 48 small letters, digits and underscores that begin with no digit and not"
                + " with pg_");
  }

  /** Reads the settings, and the file of the password; connects to nothing. */
  static PostgresSettings of(Settings settings) {
    String url = settings.get(URL);
    checkUrl(url);
    return new PostgresSettings(
        url,
        settings.find(USER).orElse(null),
        password(settings),
        settings.get(SCHEMA),
        Math.toIntExact(settings.get(POOL_SIZE)),
        settings.get(STATEMENT_TIMEOUT));
  }

  private static void checkUrl(String url) {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new OpenFailedException(
          "url is " + shown(url) + "; give one that begins with jdbc:postgresql://", null);
    }
    if (USER_IN_URL.matcher(url).lookingAt()) { // the driver's log would show the password
      throw new OpenFailedException(
          "url is "
              + shown(url)
              + " with a user before the host; give jdbc:postgresql://HOST:PORT/DATABASE, and user"
              + " and passwordFile as settings",
          null);
    }
    try {
      new PGSimpleDataSource().setUrl(url);
    } catch (IllegalArgumentException e) {
      throw new OpenFailedException(
          "url is "
              + shown(url)
              + ", which the PostgreSQL driver cannot read; give"
              + " jdbc:postgresql://HOST:PORT/DATABASE",
          null); // the driver's own message contains the password
    }
  }

  private static @Nullable String password(Settings settings) {
    Optional<String> given = settings.find(PASSWORD);
    Optional<Path> file = settings.find(PASSWORD_FILE);
    if (given.isPresent() && file.isPresent()) {
      throw new OpenFailedException("both password and passwordFile are set; set one", null);
    }
    if (file.isEmpty()) {
      return given.orElse(null);
    }
    try {
      return Files.readString(file.get()).lines().findFirst().orElse("");
    } catch (IOException failure) {
      throw new OpenFailedException(
          "passwordFile " + file.get() + " cannot be read; give a readable file of text", failure);
    }
  }

  /** Returns the URL without parts that may be a password. */
  String shownUrl() {
    return shown(url);
  }

  /** Leaves out the parameters, and a user and password before the host. */
  private static String shown(String url) {
    int end = url.indexOf('?');
    String place = end < 0 ? url : url.substring(0, end);
    int start = place.indexOf("//") + 2;
    int host = place.lastIndexOf('@') + 1;
    return start < 2 || host < start ? place : place.substring(0, start) + place.substring(host);
  }

  /** Leaves the password out. */
  @Override
  public String toString() {
    return shownUrl() + " as " + user + ", schema " + schema;
  }
}
