-- Answers kept for a repeat under the same Idempotency-Key, for 24 hours.
-- id: hex of the hash of guest and key. request: hex of the hash of what the key stands for.
-- answer: encrypted under the state key; null while the request runs. at: when it began, or was answered.
CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    answer TEXT,
    at BIGINT NOT NULL
);

CREATE INDEX answers_at ON answers (at);
