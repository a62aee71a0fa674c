-- Roll-ups: hours and days of the wearer's own clock, kept when their minutes are forgotten; and whether a boot ever
-- learnt the time.  A minute belongs to where it lies (its middle), not to where it ends.
-- rest_us: thousandths of rest times milliseconds of valid signal are microseconds of rest, exactly.
-- apdf*_weighted: tenths of a %RVE times milliseconds of valid signal; over valid_ms it is the weighted mean.

ALTER TABLE boot ADD COLUMN time_known INTEGER NOT NULL DEFAULT 1;    -- 0: its times are a guess

CREATE TABLE hour (
    start_ms           INTEGER PRIMARY KEY,
    day                TEXT NOT NULL,      -- the local date when it was written, 2026-11-23
    minutes            INTEGER NOT NULL,
    valid_ms           INTEGER NOT NULL,   -- of minutes whose rest is known
    rest_us            INTEGER NOT NULL,
    apdf10_weighted    INTEGER NOT NULL,
    apdf50_weighted    INTEGER NOT NULL,
    apdf90_weighted    INTEGER NOT NULL,
    gaps               INTEGER NOT NULL,
    longest_stretch_ms INTEGER NOT NULL,
    grade_a            INTEGER NOT NULL,   -- minutes of each quality
    grade_b            INTEGER NOT NULL,
    grade_c            INTEGER NOT NULL,
    grade_x            INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX hour_day ON hour (day);

CREATE TABLE day (
    day                TEXT PRIMARY KEY,
    first_ms           INTEGER NOT NULL,   -- where its first hour begins
    minutes            INTEGER NOT NULL,
    valid_ms           INTEGER NOT NULL,
    rest_us            INTEGER NOT NULL,
    apdf10_weighted    INTEGER NOT NULL,
    apdf50_weighted    INTEGER NOT NULL,
    apdf90_weighted    INTEGER NOT NULL,
    gaps               INTEGER NOT NULL,
    longest_stretch_ms INTEGER NOT NULL,
    grade_a            INTEGER NOT NULL,
    grade_b            INTEGER NOT NULL,
    grade_c            INTEGER NOT NULL,
    grade_x            INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX day_first ON day (first_ms);

-- One minute as it counts towards its hour.  A time that SQLite cannot put into a calendar counts by UTC.
CREATE VIEW counted AS
SELECT minute_id, ended_ms, day, minutes, valid_ms, gaps, quality,
       (second - coalesce(strftime('%s', second, 'unixepoch', 'localtime'), second) % 3600) * 1000 AS start_ms,
       valid_ms * coalesce(rest, 0) AS rest_us,
       valid_ms * coalesce(p10, 0) AS apdf10_weighted,
       valid_ms * coalesce(p50, 0) AS apdf50_weighted,
       valid_ms * coalesce(p90, 0) AS apdf90_weighted,
       longest_stretch_ms,
       quality = 'A' AS grade_a, quality = 'B' AS grade_b, quality = 'C' AS grade_c,
       quality NOT IN ('A', 'B', 'C') AS grade_x
FROM (SELECT rowid AS minute_id, ended_ms, 1 AS minutes, gaps, quality,
             (ended_ms - 30000) / 1000 AS second,
             coalesce(date((ended_ms - 30000) / 1000, 'unixepoch', 'localtime'), '') AS day,
             iif(relative_rest_permille IS NULL, 0, valid_ms) AS valid_ms,
             iif(relative_rest_permille IS NULL, 0, longest_stretch_ms) AS longest_stretch_ms,
             relative_rest_permille AS rest, apdf10_tenths AS p10, apdf50_tenths AS p50, apdf90_tenths AS p90
      FROM minute);

-- The hours, added up by day.
CREATE VIEW day_of_hours AS
SELECT day, min(start_ms) AS first_ms, sum(minutes) AS minutes, sum(valid_ms) AS valid_ms, sum(rest_us) AS rest_us,
       sum(apdf10_weighted) AS apdf10_weighted, sum(apdf50_weighted) AS apdf50_weighted,
       sum(apdf90_weighted) AS apdf90_weighted, sum(gaps) AS gaps, max(longest_stretch_ms) AS longest_stretch_ms,
       sum(grade_a) AS grade_a, sum(grade_b) AS grade_b, sum(grade_c) AS grade_c, sum(grade_x) AS grade_x
FROM hour GROUP BY day;

INSERT INTO hour
SELECT start_ms, min(day), sum(minutes), sum(valid_ms), sum(rest_us), sum(apdf10_weighted), sum(apdf50_weighted),
       sum(apdf90_weighted), sum(gaps), max(longest_stretch_ms), sum(grade_a), sum(grade_b), sum(grade_c), sum(grade_x)
FROM counted GROUP BY start_ms;
INSERT INTO day SELECT * FROM day_of_hours;

CREATE TRIGGER minute_counts AFTER INSERT ON minute BEGIN
    INSERT INTO hour
    SELECT start_ms, day, minutes, valid_ms, rest_us, apdf10_weighted, apdf50_weighted, apdf90_weighted, gaps,
           longest_stretch_ms, grade_a, grade_b, grade_c, grade_x
    FROM counted WHERE minute_id = NEW.rowid
    ON CONFLICT (start_ms) DO UPDATE SET
        minutes = minutes + excluded.minutes, valid_ms = valid_ms + excluded.valid_ms,
        rest_us = rest_us + excluded.rest_us, apdf10_weighted = apdf10_weighted + excluded.apdf10_weighted,
        apdf50_weighted = apdf50_weighted + excluded.apdf50_weighted,
        apdf90_weighted = apdf90_weighted + excluded.apdf90_weighted, gaps = gaps + excluded.gaps,
        longest_stretch_ms = max(longest_stretch_ms, excluded.longest_stretch_ms),
        grade_a = grade_a + excluded.grade_a, grade_b = grade_b + excluded.grade_b,
        grade_c = grade_c + excluded.grade_c, grade_x = grade_x + excluded.grade_x;
    -- An hour keeps the day it began with, also when the time zone changes within it.
    INSERT INTO day
    SELECT hour.day, hour.start_ms, c.minutes, c.valid_ms, c.rest_us, c.apdf10_weighted, c.apdf50_weighted,
           c.apdf90_weighted, c.gaps, c.longest_stretch_ms, c.grade_a, c.grade_b, c.grade_c, c.grade_x
    FROM counted AS c JOIN hour ON hour.start_ms = c.start_ms WHERE c.minute_id = NEW.rowid
    ON CONFLICT (day) DO UPDATE SET
        first_ms = min(first_ms, excluded.first_ms),
        minutes = minutes + excluded.minutes, valid_ms = valid_ms + excluded.valid_ms,
        rest_us = rest_us + excluded.rest_us, apdf10_weighted = apdf10_weighted + excluded.apdf10_weighted,
        apdf50_weighted = apdf50_weighted + excluded.apdf50_weighted,
        apdf90_weighted = apdf90_weighted + excluded.apdf90_weighted, gaps = gaps + excluded.gaps,
        longest_stretch_ms = max(longest_stretch_ms, excluded.longest_stretch_ms),
        grade_a = grade_a + excluded.grade_a, grade_b = grade_b + excluded.grade_b,
        grade_c = grade_c + excluded.grade_c, grade_x = grade_x + excluded.grade_x;
END;
