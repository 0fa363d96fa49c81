package io.databroker.postgres;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Data source that only opens connections. */
final class LambdaSource implements DataSource {

  /** Opens a connection. */
  interface Opener {
    Connection open() throws SQLException;
  }

  private final Opener opener;

  LambdaSource(Opener opener) {
    this.opener = opener;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return opener.open();
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return opener.open();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) {
    // The driver logs to java.util.logging.
  }

  @Override
  public void setLoginTimeout(int seconds) {
    // Ignored: the opener has its own timeout.
  }

  @Override
  public int getLoginTimeout() {
    return 5; // the pool also waits that long for its threads when it is closed
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger("io.databroker.postgres");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("nothing is wrapped here");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
