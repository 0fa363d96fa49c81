-- The run of the server. PostgreSQL empties this table when its server crashes or a standby takes
-- over. Transaction numbers that were not yet on disk are then given again, to other transactions.
CREATE UNLOGGED TABLE run (
  one  boolean PRIMARY KEY DEFAULT true CHECK (one),
  id   uuid    NOT NULL
);
