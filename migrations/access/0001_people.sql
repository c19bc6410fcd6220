-- Who may see what. No secret stands here: of passwords their argon2id hash, of tokens their SHA-256.

-- Somebody who may sign in. Nobody is removed, so that a name means one person for ever.
CREATE TABLE person (
    id                  INTEGER PRIMARY KEY,
    name                TEXT NOT NULL,          -- as it was entered
    name_key            TEXT NOT NULL UNIQUE,   -- in lower case: names differ by more than their case
    password            TEXT,                   -- PHC string; null for whoever signs in elsewhere
    one_time_until      INTEGER,                -- the password must be replaced, and only works until then
    role                TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'owner')),
    disabled            INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    subject             TEXT UNIQUE,            -- who they are at the identity provider: issuer, a space, subject
    created_at          INTEGER NOT NULL,       -- microseconds since 1970-01-01T00:00:00Z, as all times here
    seen_at             INTEGER                 -- the last request of theirs, to the minute
) STRICT;

-- A browser in which somebody signed in.
CREATE TABLE session (
    id         INTEGER PRIMARY KEY,
    digest     BLOB NOT NULL UNIQUE,   -- SHA-256 of the token in the cookie
    person     INTEGER NOT NULL REFERENCES person (id),
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX session_of_person ON session (person);

-- What a program identifies itself by.
CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    digest     BLOB NOT NULL UNIQUE,   -- SHA-256 of the token
    person     INTEGER NOT NULL REFERENCES person (id),
    name       TEXT NOT NULL,          -- what it is for
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'owner')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,                -- to the minute
    revoked_at INTEGER
) STRICT;

CREATE INDEX token_of_person ON token (person);
