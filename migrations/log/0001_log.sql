-- The log: what cannot be lost. Rows are only ever added.

-- Where deliveries came from. Most share one, so each distinct origin stands here once.
CREATE TABLE origin (
    id          INTEGER PRIMARY KEY,
    integration TEXT NOT NULL,
    secret      TEXT,           -- name of the secret that matched; null for an imported line
    headers     TEXT NOT NULL   -- the allow-listed headers as a JSON array of pairs
) STRICT;

-- One authenticated POST, or one imported line. `seq` is dense: 1, 2, 3.
CREATE TABLE delivery (
    seq         INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,   -- microseconds since 1970-01-01T00:00:00Z
    origin      INTEGER NOT NULL REFERENCES origin (id),
    body        BLOB NOT NULL       -- byte for byte
) STRICT;

-- One row a commit group: SHA-256 over the previous seal and the group's rows.
CREATE TABLE seal (
    last_seq  INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    hash      BLOB NOT NULL
) STRICT;

CREATE TRIGGER delivery_is_never_changed BEFORE UPDATE ON delivery
BEGIN SELECT RAISE(ABORT, 'the log is append-only: a delivery is never changed'); END;
CREATE TRIGGER delivery_is_never_removed BEFORE DELETE ON delivery
BEGIN SELECT RAISE(ABORT, 'the log is append-only: a delivery is never removed'); END;
CREATE TRIGGER origin_is_never_changed BEFORE UPDATE ON origin
BEGIN SELECT RAISE(ABORT, 'the log is append-only: an origin is never changed'); END;
CREATE TRIGGER origin_is_never_removed BEFORE DELETE ON origin
BEGIN SELECT RAISE(ABORT, 'the log is append-only: an origin is never removed'); END;
CREATE TRIGGER seal_is_never_changed BEFORE UPDATE ON seal
BEGIN SELECT RAISE(ABORT, 'the log is append-only: a seal is never changed'); END;
CREATE TRIGGER seal_is_never_removed BEFORE DELETE ON seal
BEGIN SELECT RAISE(ABORT, 'the log is append-only: a seal is never removed'); END;
