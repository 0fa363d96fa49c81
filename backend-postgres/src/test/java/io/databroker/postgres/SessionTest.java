package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Failures after which a connection is closed, and those after which the next call gets it. */
class SessionTest {
  private static final int ONE_CONNECTION = 1;
  private static final String REFUSED = "42601";

  private final AtomicInteger opened = new AtomicInteger();
  private final Sessions sessions =
      new Sessions(
          this::open,
          ONE_CONNECTION,
          Duration.ofSeconds(30),
          new EngineState(),
          new CopyOnWriteArraySet<>() {
            @Override
            public boolean add(Session session) {
              boolean added = super.add(session);
              if (heapIsFull) {
                throw new OutOfMemoryError("expected");
              }
              return added;
            }
          });
  private final Transactions transactions = new Transactions(sessions, new EngineState());
  private volatile boolean rollbackFails;
  private volatile boolean heapIsFull;

  private Connection open() {
    opened.incrementAndGet();
    return FakeConnection.telling(
        method -> {
          if (rollbackFails && method.equals("rollback")) {
            throw new IllegalStateException("expected");
          }
        });
  }

  @AfterEach
  void close() {
    sessions.close();
  }

  private static Object fail(Throwable failure) throws SQLException {
    if (failure instanceof SQLException sql) {
      throw sql;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }

  /** Returns how many connections the next call finds closed. */
  private int closed() {
    sessions.read(connection -> true);
    return opened.get() - 1;
  }

  @Test
  void eachUnexpectedFailureEndsTheConnectionOfAReadAndOfAWrite() {
    int ended = 0;
    for (Throwable failure :
        new Throwable[] {
          new SQLException("expected", REFUSED),
          new NegativeArraySizeException("expected"),
          new OutOfMemoryError("expected")
        }) {
      assertThatThrownBy(() -> sessions.read(connection -> fail(failure))).isNotNull();
      assertThat(closed()).as("read, %s", failure).isEqualTo(++ended);
      assertThatThrownBy(() -> transactions.write(tx -> fail(failure))).isNotNull();
      assertThat(closed()).as("write, %s", failure).isEqualTo(++ended);
    }
  }

  @Test
  void aFailureOfTheDriverEndsTheConnectionAndCountsAsALostOne() {
    AtomicInteger tries = new AtomicInteger();
    assertThatThrownBy(
            () ->
                sessions.read(
                    connection -> {
                      tries.incrementAndGet();
                      throw new IllegalStateException("expected");
                    }))
        .hasMessageContaining("expected");
    assertThat(closed()).isEqualTo(tries.get()).isEqualTo(sessions.attempts());
  }

  @Test
  void aRefusalSparesTheConnection() {
    RuntimeException refusal = new UnavailableException("expected", null);
    assertThatThrownBy(() -> sessions.read(connection -> fail(refusal))).isSameAs(refusal);
    assertThatThrownBy(() -> transactions.write(tx -> fail(refusal))).isSameAs(refusal);
    assertThat(closed()).isZero();
  }

  @Test
  void aRefusalWhoseRollbackFailsEndsTheConnection() {
    RuntimeException refusal = new UnavailableException("expected", null);
    rollbackFails = true;
    assertThatThrownBy(() -> transactions.write(tx -> fail(refusal))).isSameAs(refusal);
    rollbackFails = false;
    assertThat(closed()).isEqualTo(1);
  }

  @Test
  void aFullHeapWhileAConnectionIsLentLeavesItsPlaceToTheNextCall() {
    heapIsFull = true;
    assertThatThrownBy(() -> sessions.read(connection -> true)).hasMessage("expected");
    heapIsFull = false;
    assertThat(closed()).isEqualTo(1);
    assertThat(sessions.counters()).containsEntry("connections.busy", 0L);
  }
}
