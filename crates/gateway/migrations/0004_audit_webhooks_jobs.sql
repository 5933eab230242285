-- The newest record of each gateway's audit chain, so that a file that was cut short is found out.
CREATE TABLE audit_heads (
    gateway TEXT PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Events on their way to the webhook's receiver. state: waiting, dead. body: encrypted under the state key.
-- due_at: when the next attempt may begin; whoever claims a row moves it to the end of its lease.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    owner TEXT,
    failure TEXT,
    created_at BIGINT NOT NULL
);

CREATE INDEX webhooks_due ON webhooks (state, due_at);

-- Receivers that answered 410, by the hash of their address.
CREATE TABLE webhook_endpoints (
    id TEXT PRIMARY KEY,
    disabled_at BIGINT NOT NULL
);

-- Work that outlives the request that asked for it. is_open: 1 while something is left to do. input, output: encrypted.
-- due_at: as with webhooks.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    is_open BIGINT NOT NULL,
    input TEXT NOT NULL,
    output TEXT,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    owner TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX jobs_due ON jobs (is_open, kind, due_at);

-- What only one gateway does at a time.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    ends_at BIGINT NOT NULL
);
