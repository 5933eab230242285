-- One dialect for SQLite and PostgreSQL: TEXT and BIGINT only, times in milliseconds since 1970.

-- hash: hex of the visitor's session id's hash. guest: null until Genesys has answered.
-- salt: what the cookie's value is derived from. state: unseen, bound, closed.
CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    consent_type TEXT NOT NULL,
    guest TEXT UNIQUE,
    salt TEXT NOT NULL,
    state TEXT NOT NULL,
    generation BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    renewed_at BIGINT NOT NULL
);

CREATE INDEX sessions_renewed_at ON sessions (renewed_at);

-- The newest sequence number that a patch carried for one member of one guest's profile.
-- applied: 1 once Genesys has taken it, 0 while that is not known.
CREATE TABLE fences (
    guest TEXT NOT NULL,
    pointer TEXT NOT NULL,
    seq BIGINT NOT NULL,
    applied BIGINT NOT NULL,
    PRIMARY KEY (guest, pointer)
);

-- Encrypted under the state key.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
