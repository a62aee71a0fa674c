-- Alerts that were drawn by lot, where the owner wants to know what alerts change: given (`light`) or left out (`silent`).

CREATE TABLE drawn (
    at_ms INTEGER NOT NULL,
    boot  INTEGER NOT NULL REFERENCES boot (id),
    up_ms INTEGER NOT NULL,
    arm   TEXT NOT NULL
);
CREATE INDEX drawn_time ON drawn (at_ms);
