-- What is to be sent, what was sent, and what became of it. A row of `run` stays for ever: it is what
-- `weir schedule again` makes the same bytes from.

-- When a definition is due next. One row for each definition in the folder; its runs outlive it.
CREATE TABLE plan (
    name       TEXT PRIMARY KEY,
    schedule   TEXT,                -- the `when` that next_at was reckoned by; null while it is never due
    next_at    INTEGER,             -- microseconds since 1970-01-01T00:00:00Z, as all times here
    held_at    INTEGER,             -- what next_at was when the definition broke: mended, it goes on there
    trouble    TEXT,                -- what is wrong with the definition, and what to do
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX plan_due ON plan (next_at) WHERE next_at IS NOT NULL;

-- Definitions and catalogues: many runs share them.
CREATE TABLE text (
    id     INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,    -- SHA-256
    text   TEXT NOT NULL
) STRICT;

-- One run of a definition.
CREATE TABLE run (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT NOT NULL,     -- the definition's
    cause        TEXT NOT NULL CHECK (cause IN ('scheduled', 'asked', 'again')),
    again_of     INTEGER REFERENCES run (id),
    targets      TEXT,              -- to whom it goes again, as a JSON list; null for all
    scheduled_at INTEGER NOT NULL,  -- when it was due; its as_of
    definition   INTEGER NOT NULL REFERENCES text (id),
    version      TEXT NOT NULL,     -- the Weir that rendered it
    -- What it was computed from; null until it was.
    input        TEXT,              -- the report's input, as JSON
    position     INTEGER,           -- of the log
    catalogue    INTEGER REFERENCES text (id),
    said         TEXT,              -- what the document said besides the report, as JSON
    state        TEXT NOT NULL CHECK (state IN
                     ('due', 'rendering', 'delivering', 'delivered', 'failed', 'quiet', 'skipped')),
    tries        INTEGER NOT NULL DEFAULT 0,
    first_try_at INTEGER,
    next_try_at  INTEGER,
    trouble      TEXT,
    note         TEXT,
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    CHECK ((cause = 'again') = (again_of IS NOT NULL))
) STRICT;

-- What holds whatever happens: an instant of a definition is run once.
CREATE UNIQUE INDEX run_once ON run (name, scheduled_at) WHERE cause = 'scheduled';
CREATE INDEX run_of_name ON run (name, id);
CREATE INDEX run_open ON run (state) WHERE state IN ('due', 'rendering', 'delivering');

-- What a run was rendered to. The bytes lie in outputs/RUN/ for a while, or are made again.
CREATE TABLE file (
    run        INTEGER NOT NULL REFERENCES run (id),
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,       -- a file for recipients, or the part of a message that it is
    format     TEXT NOT NULL,       -- pdf, csv, …
    media_type TEXT NOT NULL,
    bytes      INTEGER NOT NULL,
    sha256     TEXT NOT NULL,       -- hexadecimal
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

-- One recipient of a run.
CREATE TABLE sending (
    id           INTEGER PRIMARY KEY,
    run          INTEGER NOT NULL REFERENCES run (id),
    target       TEXT NOT NULL,     -- mail:a@example.com
    parcel       TEXT NOT NULL,     -- what the other side tells repeats apart by
    formats      TEXT NOT NULL,     -- pdf,csv
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'handing', 'delivered', 'failed', 'unknown')),
    tries        INTEGER NOT NULL DEFAULT 0,
    first_try_at INTEGER,
    next_try_at  INTEGER,
    trouble      TEXT,
    receipt      TEXT,
    changed_at   INTEGER NOT NULL,
    UNIQUE (run, target)
) STRICT;

CREATE INDEX sending_open ON sending (state) WHERE state IN ('waiting', 'handing');

-- Where an alert stands.
CREATE TABLE alert (
    name     TEXT PRIMARY KEY,
    standing TEXT NOT NULL          -- as JSON: what the next judgement builds on
) STRICT;
