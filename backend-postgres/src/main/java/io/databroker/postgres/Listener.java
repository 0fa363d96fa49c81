package io.databroker.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives notifications of writes by other hosts, on one connection and one thread of this host. A
 * notification is only a hint: the thread reads the store row after each, unless this host made the
 * write itself, and at least once a second.
 */
final class Listener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);
  private static final int POLL_MILLIS = 1_000;
  private static final Duration POLL = Duration.ofMillis(POLL_MILLIS);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  private final SessionSource source;
  private final Tail tail;
  private final EngineState state;
  private final String channel;
  private final int patienceMillis;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Connection connection;

  Listener(
      SessionSource source, Tail tail, EngineState state, String channel, Duration callTimeout) {
    this.source = source;
    this.tail = tail;
    this.state = state;
    this.channel = channel;
    this.patienceMillis = (int) Math.min(5_000, Math.max(250, callTimeout.toMillis()));
    this.thread = Threads.named("databroker-postgres-listener").newThread(this::run);
  }

  void start() {
    thread.start();
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private void run() {
    long pause = FIRST_PAUSE_MILLIS;
    while (!isClosed()) {
      try (Connection now = source.judged()) {
        connection = now;
        now.setNetworkTimeout(Runnable::run, POLL_MILLIS + patienceMillis);
        try (Statement listen = now.createStatement()) {
          listen.execute("LISTEN \"" + channel + '"');
        }
        pause = FIRST_PAUSE_MILLIS;
        listen(now);
      } catch (SQLException | RuntimeException | Error failure) {
        // Continue even after an error, such as a full heap: without this thread, feeds would wait
        // for ever.
        if (!isClosed()) {
          note(failure);
          pause(pause);
          pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
      }
    }
  }

  private void listen(Connection now) throws SQLException {
    PGConnection driver = now.unwrap(PGConnection.class);
    while (!isClosed()) {
      tail.catchUp(now);
      state.back();
      Deadline next = Deadline.after(POLL);
      boolean isKnown;
      do {
        long millis = TimeUnit.NANOSECONDS.toMillis(next.left());
        PGNotification[] notifications = driver.getNotifications((int) Math.max(1, millis));
        isKnown = notifications.length > 0 && areKnown(notifications);
      } while (isKnown && !next.isOver() && !isClosed());
    }
  }

  /** Returns whether all notifications are of writes that this host has published itself. */
  private boolean areKnown(PGNotification[] notifications) {
    for (PGNotification notification : notifications) {
      try {
        if (!tail.isCaughtUpTo(Long.parseLong(notification.getParameter()))) {
          return false;
        }
      } catch (NumberFormatException otherChange) {
        return false;
      }
    }
    return true;
  }

  private void note(Throwable failure) {
    if (failure instanceof SQLException away) {
      state.away(away);
      log.debug("the listener lost its connection", failure);
    } else {
      log.warn("the listener of {} failed and starts again", channel, failure);
    }
  }

  private void pause(long millis) {
    try {
      closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // only close interrupts this thread
    }
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt(); // ends an attempt to connect, which could outlive this call
    Connection now = connection;
    if (now != null) {
      RawSockets.cutOff(now);
    }
    boolean interrupted = false;
    try {
      thread.join(patienceMillis);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
