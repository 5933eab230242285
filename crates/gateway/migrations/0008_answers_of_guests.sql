-- Whose answer it is, and how long it is as stored: one guest may not fill the table.
ALTER TABLE answers ADD COLUMN guest TEXT;
ALTER TABLE answers ADD COLUMN bytes BIGINT;

CREATE INDEX answers_guest ON answers (guest, at);
