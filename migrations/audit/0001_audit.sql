-- Who saw, took along, changed and erased what. No secret stands here, and nothing that a provider sent
-- of a person: neither a reference nor an end-user, whatever somebody searched for.

-- Something that was done, or its end.
CREATE TABLE entry (
    seq      INTEGER PRIMARY KEY,   -- 1, 2, 3, dense
    at       INTEGER NOT NULL,      -- microseconds since 1970-01-01T00:00:00Z, by the clock of whoever wrote it
    who_kind TEXT NOT NULL,         -- person, token, share, machine, command, weir, nobody
    who_id   INTEGER,               -- which person, token or share
    who      TEXT NOT NULL,         -- what they were called then
    source   TEXT,                  -- the address that it came from, where it came by HTTP
    did      TEXT NOT NULL,         -- a verb, as `weir audit --did` takes it
    what     TEXT NOT NULL,         -- the object's number or name
    outcome  TEXT NOT NULL CHECK (outcome IN ('begun', 'done', 'refused', 'failed')),
    of       INTEGER REFERENCES entry (seq),   -- the entry that was written when it was begun
    hash     BLOB NOT NULL CHECK (length(hash) = 32)   -- SHA-256 over the hash before and all of the above
) STRICT;

-- What was begun ends once.
CREATE UNIQUE INDEX entry_of ON entry (of) WHERE of IS NOT NULL;

CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'an entry of the audit record is never changed');
END;

CREATE TRIGGER entry_is_not_removed BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'an entry of the audit record is never removed');
END;
