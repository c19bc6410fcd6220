-- What readers keep, and what is shown to whoever has a link. Of a link's token only the SHA-256.

-- A page with its filters, under a name.
CREATE TABLE view (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,          -- as it was entered
    name_key   TEXT NOT NULL UNIQUE,   -- in lower case: names differ by more than their case
    page       TEXT NOT NULL,          -- the page's name
    query      TEXT NOT NULL,          -- as in its address: what is relative there stays relative
    maker      TEXT,                   -- the person's name; null at a machine that is open to all
    created_at INTEGER NOT NULL
) STRICT;

-- A link that shows one page with its filters, to whoever has it, until it ends.
CREATE TABLE share (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    digest     BLOB NOT NULL UNIQUE,   -- SHA-256 of the token in the link
    title      TEXT NOT NULL,
    page       TEXT NOT NULL,          -- a copy: what was shared stays what it was
    query      TEXT NOT NULL,
    view       INTEGER REFERENCES view (id) ON DELETE SET NULL,
    maker      TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    used_at    INTEGER,
    uses       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX share_of_view ON share (view);
