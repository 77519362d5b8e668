-- What the administration needs to know of events, and the orders in which it lists.

ALTER TABLE security_events ADD COLUMN actor_id bigint;                   -- the administrator who did it; none for the owner or the command line
ALTER TABLE security_events ADD COLUMN count    bigint NOT NULL DEFAULT 1; -- how many times, where it counts
ALTER TABLE security_events ADD COLUMN last_at  bigint;                   -- the last time, where it counts
ALTER TABLE security_events ADD COLUMN changed  text;                     -- the fields of the account that are different, between commas
ALTER TABLE security_events ADD COLUMN fold_key text;                     -- events with the same key are one event that counts

CREATE UNIQUE INDEX security_events_fold_key_key ON security_events (fold_key);
CREATE INDEX security_events_at ON security_events (at);
CREATE INDEX security_events_kind ON security_events (kind, at);
DROP INDEX security_events_user_id;
CREATE INDEX security_events_user_id ON security_events (user_id, at);

CREATE INDEX users_email ON users (email);
CREATE INDEX users_date_joined ON users (date_joined);
CREATE INDEX users_last_login ON users (last_login NULLS FIRST);
CREATE INDEX users_inactive ON users (id) WHERE NOT is_active;
CREATE INDEX users_staff ON users (id) WHERE is_staff;

CREATE INDEX outstanding_tokens_user_id ON outstanding_tokens (user_id);
CREATE INDEX outstanding_tokens_blacklisted ON outstanding_tokens (id) WHERE blacklisted_at IS NOT NULL;
