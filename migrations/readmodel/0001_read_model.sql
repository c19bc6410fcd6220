-- The read model's checkpoint: what can be folded from the log again. Deleting the file is safe.

-- How far the model has read, of which log, folded by which version of the fold.
CREATE TABLE checkpoint (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    fold_version INTEGER NOT NULL,
    position     INTEGER NOT NULL,  -- the last delivery that was folded in
    sealed       INTEGER NOT NULL,  -- the last seal of the log up to there ...
    seal         BLOB NOT NULL      -- ... which says which log it was
) STRICT;

-- The columns of 16,384 sessions, in order of first sight.
CREATE TABLE session_chunk (
    number INTEGER PRIMARY KEY,
    data   BLOB NOT NULL
) STRICT;

-- What is known of 65,536 deliveries, in log order.
CREATE TABLE delivery_block (
    number INTEGER PRIMARY KEY,
    data   BLOB NOT NULL
) STRICT;

-- Texts in order of first sight, as many at a time as a checkpoint brought.
CREATE TABLE name_block (
    dictionary TEXT NOT NULL,
    first_code INTEGER NOT NULL,
    data       BLOB NOT NULL,
    PRIMARY KEY (dictionary, first_code)
) STRICT, WITHOUT ROWID;

-- The (state, reason) pairs, by number.
CREATE TABLE exit (
    number INTEGER PRIMARY KEY,
    state  INTEGER NOT NULL,
    reason INTEGER NOT NULL
) STRICT;
