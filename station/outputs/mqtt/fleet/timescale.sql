-- TimescaleDB for a study: minutes in, hours out, the minutes gone after the study's term.
CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE TABLE desk (
    time timestamptz NOT NULL,
    site text NOT NULL,
    station text NOT NULL,
    event text NOT NULL,
    technique text, length text, answer text, quality text,
    relative_rest_time double precision,
    valid_s double precision,
    seconds double precision,
    happened bigint
);
SELECT create_hypertable('desk', 'time', chunk_time_interval => INTERVAL '7 days');
CREATE INDEX desk_event ON desk (station, site, event, time);

-- The same event can arrive twice: the second copy is left out.  Not by a unique index: at the first copy Telegraf would
-- throw away everything that it wanted to write with it.
CREATE FUNCTION desk_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM desk WHERE (time, site, station, event) = (NEW.time, NEW.site, NEW.station, NEW.event)) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER desk_once BEFORE INSERT ON desk FOR EACH ROW EXECUTE FUNCTION desk_once();

CREATE TABLE desk_availability (
    time timestamptz NOT NULL,
    site text NOT NULL,
    station text NOT NULL,
    value text,
    there bigint
);
SELECT create_hypertable('desk_availability', 'time', chunk_time_interval => INTERVAL '7 days');

CREATE MATERIALIZED VIEW desk_hours WITH (timescaledb.continuous) AS
SELECT time_bucket('1 hour', time) AS hour, site, station,
       avg(relative_rest_time) FILTER (WHERE quality <> 'X') AS relative_rest_time,
       sum(valid_s) / 3600 AS valid_hours,
       count(*) FILTER (WHERE event = 'session_ended') AS sessions
FROM desk GROUP BY 1, 2, 3 WITH NO DATA;
SELECT add_continuous_aggregate_policy('desk_hours', INTERVAL '3 days', INTERVAL '1 hour', INTERVAL '1 hour');
SELECT add_retention_policy('desk', INTERVAL '90 days');
SELECT add_retention_policy('desk_availability', INTERVAL '90 days');

-- What Grafana may see: groups of at least five, no single station.
CREATE VIEW desk_group_hours AS
SELECT hour, site, count(*) AS stations,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY relative_rest_time) AS rest_share_median,
       sum(sessions) AS sessions
FROM desk_hours GROUP BY hour, site HAVING count(*) >= 5;
