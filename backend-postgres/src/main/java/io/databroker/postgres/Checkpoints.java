package io.databroker.postgres;

import io.databroker.api.Checkpoint;
import java.sql.PreparedStatement;

/** Stores the follower's checkpoint. */
final class Checkpoints {
  private static final String SET =
      "INSERT INTO checkpoint AS c (server_version, record_version) VALUES (?, ?)"
          + " ON CONFLICT (one) DO UPDATE SET server_version = EXCLUDED.server_version,"
          + " record_version = EXCLUDED.record_version";

  private final Transactions transactions;

  Checkpoints(Transactions transactions) {
    this.transactions = transactions;
  }

  void set(Checkpoint checkpoint) {
    transactions.write(
        tx -> {
          tx.begin();
          try (PreparedStatement set = tx.connection.prepareStatement(SET)) {
            set.setLong(1, checkpoint.serverVersion());
            set.setLong(2, checkpoint.recordVersion());
            set.executeUpdate();
          }
          tx.markWritten();
          return checkpoint;
        });
  }
}
