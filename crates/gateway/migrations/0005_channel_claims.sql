-- Which job makes the channel of a name: one at a time, whoever asks. id: hash of Genesys' address and the name.
-- definition: hash of what was asked for.
CREATE TABLE channel_claims (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL,
    definition TEXT NOT NULL
);
