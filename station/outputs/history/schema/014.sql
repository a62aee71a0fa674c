-- What is still open is found at once, however many years are written; and spans by their time, whatever their kind.

CREATE INDEX span_started ON span (started_ms);
CREATE INDEX span_open ON span (kind) WHERE ended_ms IS NULL;
CREATE INDEX episode_open ON episode (started_ms) WHERE ended_ms IS NULL;
CREATE INDEX session_open ON session (technique) WHERE reason IS NULL;
