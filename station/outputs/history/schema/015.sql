-- The sealed diary: words and feelings that only the owner's passphrase can read (seal.py).

ALTER TABLE mark ADD COLUMN sealed BLOB;       -- instead of `text`
ALTER TABLE feeling ADD COLUMN sealed BLOB;    -- instead of `discomfort` and `mood`

CREATE TABLE seal (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    salt BLOB NOT NULL,
    n    INTEGER NOT NULL,                     -- what one try costs a guesser (scrypt)
    r    INTEGER NOT NULL,
    p    INTEGER NOT NULL,
    key  BLOB NOT NULL                         -- the diary's own key, shut with the passphrase's
);
