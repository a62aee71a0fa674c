-- From when on a channel's percentages mean what: a complete calibration, or the short daily reference after the
-- electrodes were put on anew.  Days with a reference of their own can be compared with each other.

CREATE TABLE reference (
    at_ms         INTEGER NOT NULL,
    boot          INTEGER NOT NULL REFERENCES boot (id),
    up_ms         INTEGER NOT NULL,
    kind          TEXT NOT NULL,          -- daily, complete, or rest only (nothing was held: 100 % are assumed)
    channel       INTEGER NOT NULL,       -- 1 is the first
    signal        TEXT NOT NULL,
    gain_permille INTEGER NOT NULL        -- against the last complete calibration
);
CREATE INDEX reference_time ON reference (at_ms);
