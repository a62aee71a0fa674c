-- How somebody felt, if they want to keep that (0 to 10).  Only the diary and the export ever read it.

CREATE TABLE feeling (
    at_ms      INTEGER NOT NULL,
    boot       INTEGER NOT NULL REFERENCES boot (id),
    up_ms      INTEGER NOT NULL,
    discomfort INTEGER CHECK (discomfort BETWEEN 0 AND 10),    -- NULL: not said
    mood       INTEGER CHECK (mood BETWEEN 0 AND 10)
);
CREATE INDEX feeling_time ON feeling (at_ms);
