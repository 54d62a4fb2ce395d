-- The event log. One file, one writer; rows are added and never changed.
CREATE TABLE events (
  position    INTEGER PRIMARY KEY CHECK (position > 0),
  stream      TEXT    NOT NULL,
  version     INTEGER NOT NULL CHECK (version > 0),
  kind        TEXT    NOT NULL,
  schema      INTEGER NOT NULL CHECK (schema > 0),
  stage_key   BLOB    CHECK (stage_key IS NULL OR length(stage_key) = 32),
  cause       INTEGER REFERENCES events (position),
  generation  INTEGER NOT NULL,
  attempt     INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,             -- microseconds since 1970-01-01 UTC; never an order
  payload     BLOB    NOT NULL,             -- canonical JSON, zstd where `encoding` says so
  encoding    TEXT    NOT NULL CHECK (encoding IN ('plain', 'zstd')),
  payload_digest BLOB NOT NULL CHECK (length(payload_digest) = 32),
  digest      BLOB    NOT NULL CHECK (length(digest) = 32),
  UNIQUE (stream, version)
) STRICT;

-- What a stage answered under a key is answered once. Failures may repeat under one key.
CREATE UNIQUE INDEX events_by_stage_key ON events (stream, kind, stage_key)
  WHERE stage_key IS NOT NULL AND kind NOT IN ('stage-failed', 'stage-parked');

CREATE TABLE blobs (
  digest   BLOB    PRIMARY KEY CHECK (length(digest) = 32),
  size     INTEGER NOT NULL,                -- bytes before compression
  encoding TEXT    NOT NULL CHECK (encoding IN ('plain', 'zstd')),
  bytes    BLOB    NOT NULL
) STRICT;

-- Headers of events whose generation was let go: what the chain goes over. Made by `socai compact`, which
-- moves rows here; the columns are those of `events` without the payload.
CREATE TABLE let_go (
  position    INTEGER PRIMARY KEY,
  stream      TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  schema      INTEGER NOT NULL,
  stage_key   BLOB,
  cause       INTEGER,
  generation  INTEGER NOT NULL,
  attempt     INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  payload_digest BLOB NOT NULL,
  digest      BLOB    NOT NULL,
  UNIQUE (stream, version)
) STRICT;

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;
CREATE TRIGGER blobs_are_not_changed BEFORE UPDATE ON blobs
BEGIN SELECT RAISE(ABORT, 'blobs are never changed'); END;
