-- Whose page told of an event that is not delivered yet: one guest may not fill the outbox.
ALTER TABLE webhooks ADD COLUMN page_guest TEXT;

CREATE INDEX webhooks_page_guest ON webhooks (page_guest);
