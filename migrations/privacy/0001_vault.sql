-- What sealed values are opened with. No value stands here, nor anything that tells one without trying it.

-- The one row.
CREATE TABLE meta (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    index_key  BLOB NOT NULL CHECK (length(index_key) = 32),  -- HMAC-SHA256 under it makes tags
    generation INTEGER NOT NULL,   -- goes up with every erasure: whoever remembers keys looks here first
    kept_from  INTEGER NOT NULL    -- keys of earlier months are gone, and none are made
) STRICT;

-- A value of a field, by its tag. A number is never given twice: keys go on bearing it.
CREATE TABLE subject (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind      INTEGER NOT NULL,                                   -- 1 vendorData, 2 endUserId, 3 a whole body
    tag       BLOB NOT NULL UNIQUE CHECK (length(tag) = 16),      -- HMAC of kind and value, cut to 16 bytes
    pseudonym BLOB NOT NULL UNIQUE CHECK (length(pseudonym) = 16) -- made of chance; what the log has instead
) STRICT;

-- What a subject's values of a month are sealed with. A key is not deleted but overwritten with
-- zeros, in its place: SQLite moves rows that stay when others go, and would leave copies of them.
CREATE TABLE key (
    id      INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL,
    period  INTEGER NOT NULL,   -- months since year 0: 12 times the year, and the month from 0
    key     BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;

CREATE UNIQUE INDEX key_of_subject ON key (subject, period);
CREATE INDEX key_of_period ON key (period);

-- An erased subject whose value may still be sent again, and is dropped then.
CREATE TABLE tombstone (
    tag       BLOB PRIMARY KEY CHECK (length(tag) = 16),
    pseudonym BLOB NOT NULL CHECK (length(pseudonym) = 16),
    until     INTEGER NOT NULL    -- microseconds since 1970-01-01T00:00:00Z, as all times here
) STRICT, WITHOUT ROWID;

-- Pseudonyms of which the keys were erased, for ever: a backup that is restored does not bring them back.
CREATE TABLE erased (
    pseudonym BLOB PRIMARY KEY CHECK (length(pseudonym) = 16),
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
