-- Numbers that stay: SQLite promises no rowid beyond a VACUUM unless it is a key, and a page that was open before a
-- deletion must not write to another mark.

CREATE TABLE kept_mark (
    id     INTEGER PRIMARY KEY,
    at_ms  INTEGER NOT NULL,
    boot   INTEGER NOT NULL REFERENCES boot (id),
    up_ms  INTEGER NOT NULL,
    source TEXT NOT NULL,
    text   TEXT,                          -- written later or never; leaves the station only by export
    sealed BLOB                           -- instead of `text`, in a sealed diary
);
INSERT INTO kept_mark SELECT rowid, at_ms, boot, up_ms, source, text, sealed FROM mark;
DROP TABLE mark;
ALTER TABLE kept_mark RENAME TO mark;
CREATE INDEX mark_time ON mark (at_ms);

CREATE TABLE kept_feeling (
    id         INTEGER PRIMARY KEY,
    at_ms      INTEGER NOT NULL,
    boot       INTEGER NOT NULL REFERENCES boot (id),
    up_ms      INTEGER NOT NULL,
    discomfort INTEGER CHECK (discomfort BETWEEN 0 AND 10),    -- NULL: not said
    mood       INTEGER CHECK (mood BETWEEN 0 AND 10),
    sealed     BLOB                       -- instead of the two, in a sealed diary
);
INSERT INTO kept_feeling SELECT rowid, at_ms, boot, up_ms, discomfort, mood, sealed FROM feeling;
DROP TABLE feeling;
ALTER TABLE kept_feeling RENAME TO feeling;
CREATE INDEX feeling_time ON feeling (at_ms);

CREATE TABLE kept_answer (
    id      INTEGER PRIMARY KEY,
    at_ms   INTEGER NOT NULL,
    boot    INTEGER NOT NULL REFERENCES boot (id),
    up_ms   INTEGER NOT NULL,
    subject TEXT NOT NULL,
    answer  TEXT NOT NULL
);
INSERT INTO kept_answer SELECT rowid, at_ms, boot, up_ms, subject, answer FROM answer;
DROP TABLE answer;
ALTER TABLE kept_answer RENAME TO answer;
CREATE INDEX answer_time ON answer (at_ms);
