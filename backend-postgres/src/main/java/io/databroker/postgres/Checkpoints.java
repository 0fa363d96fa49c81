package io.databroker.postgres;

import io.databroker.api.Checkpoint;

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
          new Sql(tx.connection, SET, checkpoint.serverVersion(), checkpoint.recordVersion())
              .execute();
          tx.markWritten();
          return checkpoint;
        });
  }
}
