-- Users who were brought from another database, as they stood there at the last import. What stands
-- otherwise in `users` was changed here since, and the next import leaves it.
-- The tokens that came with them are in outstanding_tokens: blacklisted_why is 'imported' for those
-- that were blacklisted there.
CREATE TABLE imported_users (
    user_id        bigint  PRIMARY KEY,      -- the same there and here; kept when the user is deleted here
    username       text    NOT NULL,         -- as there, in Unicode form NFKC
    email          text    NOT NULL,         -- as there
    password_there text    NOT NULL,         -- SHA-256 of the password's hash there, in hexadecimal
    password_here  text    NOT NULL,         -- the same of the hash here that stands for it: argon2id after a sign-in
    is_active      boolean NOT NULL,         -- as there
    is_staff       boolean NOT NULL,         -- as there
    is_superuser   boolean NOT NULL          -- as there
);

-- Their tokens that have no session yet, which end with the user's sessions.
CREATE INDEX outstanding_tokens_unattached ON outstanding_tokens (user_id) WHERE session_id IS NULL;
