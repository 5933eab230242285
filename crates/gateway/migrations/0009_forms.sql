-- Sealed forms that no worker caught, until Genesys has taken them. id: the key of the core's row. state: waiting, dead.
-- due_at: when the next attempt may begin; whoever makes one moves it to the end of its lease. bytes: of the value.
-- pause: what Genesys asked for, in the core's words. value: the core's row, encrypted under the state key.
CREATE TABLE forms (
    guest TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    failure TEXT,
    created_at BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    pause TEXT,
    value TEXT NOT NULL,
    PRIMARY KEY (guest, id)
);

CREATE INDEX forms_due ON forms (state, due_at);
CREATE INDEX forms_bytes ON forms (guest, bytes);
