-- The sessions of a user that have not ended are counted, listed and ended by this index, however many have.
DROP INDEX sessions_user_id;
CREATE INDEX sessions_live ON sessions (user_id, id) WHERE revoked_at IS NULL;

-- The same for tokens from elsewhere that have no session yet.
DROP INDEX outstanding_tokens_unattached;
CREATE INDEX outstanding_tokens_unattached ON outstanding_tokens (user_id, id)
    WHERE session_id IS NULL AND blacklisted_at IS NULL;
