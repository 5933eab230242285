-- Gateways that run, by the name of their process: those seen lately share the rate limit.
CREATE TABLE gateways (
    owner TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL
);
