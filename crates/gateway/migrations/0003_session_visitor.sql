-- What the CRM knew when the guest was asked for, encrypted under the state key: a repeat asks Genesys for the very same guest.
-- Null before that, and once the guest is there.
ALTER TABLE sessions ADD COLUMN visitor TEXT;
