-- What the station remembers.  Times: *_ms are milliseconds since 1970 (UTC); up_ms are milliseconds on the clock that
-- starts at boot and never jumps (time asleep included), so that rows can be re-stamped once the wall clock is known.
-- Shares are in thousandths, loads in tenths of a %RVE: integers keep five years under 100 MB.

CREATE TABLE boot (
    id        INTEGER PRIMARY KEY,
    boot_id   TEXT NOT NULL UNIQUE,       -- the kernel's own name for this uptime
    offset_ms INTEGER                     -- wall clock minus up clock, last seen
);

CREATE TABLE minute (
    ended_ms                  INTEGER NOT NULL,
    boot                      INTEGER NOT NULL REFERENCES boot (id),
    up_ms                     INTEGER NOT NULL,
    relative_rest_permille    INTEGER,    -- NULL: unknown, which is neither rest nor load
    apdf10_tenths             INTEGER,
    apdf50_tenths             INTEGER,
    apdf90_tenths             INTEGER,
    gaps                      INTEGER NOT NULL,
    longest_stretch_ms        INTEGER NOT NULL,
    valid_ms                  INTEGER NOT NULL,
    quality                   TEXT NOT NULL
);
CREATE INDEX minute_time ON minute (ended_ms);

CREATE TABLE episode (                    -- one stretch of sustained tension
    started_ms             INTEGER NOT NULL,
    boot                   INTEGER NOT NULL REFERENCES boot (id),
    up_ms                  INTEGER NOT NULL,
    ended_ms               INTEGER,
    lasted_ms              INTEGER,
    load_tenths            INTEGER NOT NULL,
    relative_rest_permille INTEGER NOT NULL,
    reason                 TEXT NOT NULL
);
CREATE INDEX episode_time ON episode (started_ms);

CREATE TABLE cue (                        -- one offer: light, perhaps a chime, perhaps an answer
    started_ms  INTEGER NOT NULL,
    boot        INTEGER NOT NULL REFERENCES boot (id),
    up_ms       INTEGER NOT NULL,
    chime_ms    INTEGER,
    answered_ms INTEGER,
    answer      TEXT,
    reason      TEXT NOT NULL,
    suggestion  TEXT NOT NULL
);
CREATE INDEX cue_time ON cue (started_ms);

CREATE TABLE withheld (                   -- a tension that brought no cue, and why
    at_ms  INTEGER NOT NULL,
    boot   INTEGER NOT NULL REFERENCES boot (id),
    up_ms  INTEGER NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX withheld_time ON withheld (at_ms);

CREATE TABLE session (
    started_ms INTEGER NOT NULL,
    boot       INTEGER NOT NULL REFERENCES boot (id),
    up_ms      INTEGER NOT NULL,
    ended_ms   INTEGER,                   -- NULL with a reason: nobody saw the end (power cut)
    technique  TEXT NOT NULL,
    length     TEXT NOT NULL,
    language   TEXT NOT NULL,
    planned_ms INTEGER NOT NULL,
    source     TEXT NOT NULL,
    reason     TEXT                       -- NULL: still running
);
CREATE INDEX session_time ON session (started_ms);

CREATE TABLE mark (
    at_ms  INTEGER NOT NULL,
    boot   INTEGER NOT NULL REFERENCES boot (id),
    up_ms  INTEGER NOT NULL,
    source TEXT NOT NULL,
    text   TEXT                           -- written later or never; leaves the station only by export
);
CREATE INDEX mark_time ON mark (at_ms);

CREATE TABLE span (                       -- how long something was so: quality, presence, quiet
    started_ms INTEGER NOT NULL,
    boot       INTEGER NOT NULL REFERENCES boot (id),
    up_ms      INTEGER NOT NULL,
    ended_ms   INTEGER,
    kind       TEXT NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL
);
CREATE INDEX span_time ON span (kind, started_ms);
