-- Two weeks of looking at one thing, and the answers of their questions.  Only the diary and the export read the answers.

CREATE TABLE observation (
    started_ms INTEGER NOT NULL,
    boot       INTEGER NOT NULL REFERENCES boot (id),
    up_ms      INTEGER NOT NULL,
    ended_ms   INTEGER,                   -- NULL: running
    subject    TEXT NOT NULL,
    reason     TEXT                       -- completed, ended
);
CREATE INDEX observation_time ON observation (started_ms);

CREATE TABLE answer (
    at_ms   INTEGER NOT NULL,
    boot    INTEGER NOT NULL REFERENCES boot (id),
    up_ms   INTEGER NOT NULL,
    subject TEXT NOT NULL,
    answer  TEXT NOT NULL
);
CREATE INDEX answer_time ON answer (at_ms);
