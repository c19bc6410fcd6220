-- Which token made a token: revoking one ends all that came of it. Null for one that a person made, and
-- for those of before.
ALTER TABLE token ADD COLUMN made_by INTEGER REFERENCES token (id);

CREATE INDEX token_made_by ON token (made_by);
