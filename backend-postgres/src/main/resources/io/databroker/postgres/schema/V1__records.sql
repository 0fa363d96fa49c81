-- One row per store: the bounds of the history, and the lock that orders all writes.
CREATE TABLE store (
  one             boolean PRIMARY KEY DEFAULT true CHECK (one),
  history         bigint  NOT NULL, -- how many histories there were; rises with each new one
  server_version  bigint  NOT NULL, -- the name of the history
  earliest        bigint  NOT NULL, -- the first version that the feed holds
  latest          bigint  NOT NULL, -- the last version
  cleared         bigint  NOT NULL, -- rows up to this version were cleared, and wait to be removed
  types_epoch     bigint  NOT NULL, -- rises when the list of types changes
  options_epoch   bigint  NOT NULL, -- rises when the options change
  lease_token     bigint  NOT NULL, -- the last fencing token
  cluster         text    NOT NULL, -- system identifier and timeline of the server that writes
  cluster_since   bigint  NOT NULL, -- the last version when that server took over
  sync_standbys   text    NOT NULL  -- the synchronous standbys that the last commit waited for
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- One row per written version. A row is live while nothing has replaced it and it is no delete.
CREATE TABLE record (
  version      bigint  NOT NULL,
  type         text    COLLATE "C" NOT NULL,
  id           text    COLLATE "C" NOT NULL,
  payload      bytea   NOT NULL,
  modified_at  bigint  NOT NULL, -- microseconds since 1970
  deleted      boolean NOT NULL, -- a delete; the payload is the last one
  batch        bigint  NOT NULL, -- the last version of its batch
  previous     bigint,           -- the live version that this one replaced
  replaced_by  bigint,           -- the version that replaced this one
  expires      boolean NOT NULL, -- whether its type had a TTL
  CONSTRAINT record_pkey PRIMARY KEY (version)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

-- replaced_by stands in no index, so that a rewrite changes its row in place (HOT). Each index is
-- over expressions of its own ("version + 0", the collation "POSIX", which sorts as "C" does): a
-- statement names the expressions of one index, so that the planner cannot choose a wrong one,
-- however little it knows of the table.
CREATE UNIQUE INDEX record_by_key ON record (type, id, (version + 0));
CREATE UNIQUE INDEX record_by_type ON record (type COLLATE "POSIX", (version + 0));
CREATE INDEX record_by_time ON record (type COLLATE "POSIX", modified_at) WHERE expires;

-- The number of live records of each type that has some.
CREATE TABLE type_count (
  type    text   COLLATE "C" PRIMARY KEY,
  live    bigint NOT NULL,
  fresh   boolean NOT NULL DEFAULT true, -- whether the last write made this row
  oldest  bigint NOT NULL DEFAULT 0 -- no live record of the type has a smaller version
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE type_option (
  type         text   COLLATE "C" PRIMARY KEY,
  capacity     bigint, -- unsigned; null for no limit
  ttl_seconds  bigint,
  ttl_nanos    integer,
  fields       text[] NOT NULL,
  fingerprint  text   NOT NULL -- the extraction function under which the fields are indexed
);

-- The values of indexed fields: a digest of extraction function, type, field and value.
CREATE TABLE indexed_value (
  digest   uuid   NOT NULL,
  version  bigint NOT NULL
);
CREATE UNIQUE INDEX indexed_value_by_digest ON indexed_value (digest, (version + 0));
CREATE INDEX indexed_value_by_version ON indexed_value (version);

CREATE TABLE lease (
  name     text   COLLATE "C" PRIMARY KEY,
  token    bigint NOT NULL,
  ends_at  bigint NOT NULL -- microseconds since 1970, by the clock of the server
) WITH (fillfactor = 50);

CREATE TABLE checkpoint (
  one             boolean PRIMARY KEY DEFAULT true CHECK (one),
  server_version  bigint NOT NULL,
  record_version  bigint NOT NULL
) WITH (fillfactor = 20);
