-- Times are milliseconds since the Unix epoch, UTC. Booleans are 0 or 1.

CREATE TABLE users (
    id           INTEGER PRIMARY KEY AUTOINCREMENT, -- the user_id claim; never used again once given
    username     TEXT    NOT NULL,                  -- Unicode form NFKC, at most 150 characters
    email        TEXT    NOT NULL DEFAULT '',       -- for people to read; may be empty
    password     TEXT    NOT NULL,                  -- a PHC string, argon2id
    is_active    INTEGER NOT NULL DEFAULT 1,        -- whether it may be used
    is_staff     INTEGER NOT NULL DEFAULT 0,        -- whether it may enter the administration
    is_superuser INTEGER NOT NULL DEFAULT 0,        -- whether it may do everything there
    date_joined  INTEGER NOT NULL,                  -- when it was made
    last_login   INTEGER,                           -- the last sign-in, with UPDATE_LAST_LOGIN
    CONSTRAINT users_username_key UNIQUE (username)
) STRICT;

-- One sign-in on one device: the chain of refresh tokens that came from one obtain.
CREATE TABLE sessions (
    id                 TEXT    PRIMARY KEY,        -- the sid claim: 32 hexadecimal digits
    user_id            INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    generation         INTEGER NOT NULL,           -- how many rotations it has seen
    current_jti        TEXT    NOT NULL,           -- the refresh token of this generation: its jti,
    current_issued_at  INTEGER NOT NULL,           -- its iat,
    current_expires_at INTEGER NOT NULL,           -- and its exp: enough to sign it again
    last_seen_gen      INTEGER NOT NULL DEFAULT 0, -- the highest generation seen in use
    created_at         INTEGER NOT NULL,           -- when the person signed in
    refreshed_at       INTEGER NOT NULL,           -- when the pair was last renewed
    ends_at            INTEGER NOT NULL,           -- when it ends whatever happens
    access_expires_at  INTEGER NOT NULL,           -- when the last access token made in it ends
    address            TEXT,                       -- the peer's address at the last renewal
    user_agent         TEXT,                       -- the User-Agent header at the last renewal
    revoked_at         INTEGER,                    -- when it was ended, if it was
    revoked_why        TEXT,                       -- signed_out, revoked, reuse, password_changed, user_deactivated
    revoked_by         TEXT                        -- the device that ended it, in words
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_current_expires_at ON sessions (current_expires_at);

-- Every refresh token issued or presented, by name and never as text: who reads this table can
-- impersonate nobody. A row with blacklisted_at is a blacklisted token.
CREATE TABLE outstanding_tokens (
    id              INTEGER PRIMARY KEY,
    jti             TEXT    NOT NULL,
    session_id      TEXT    REFERENCES sessions (id) ON DELETE SET NULL, -- none for a token of another issuer
    user_id         INTEGER,                        -- may name a user who is gone
    generation      INTEGER NOT NULL,               -- of its session when it was issued
    created_at      INTEGER NOT NULL,               -- its iat
    expires_at      INTEGER NOT NULL,               -- its exp
    blacklisted_at  INTEGER,                        -- when it was spent or taken back
    blacklisted_why TEXT,                           -- rotated, or why its session ended
    CONSTRAINT outstanding_tokens_jti_key UNIQUE (jti)
) STRICT;

CREATE INDEX outstanding_tokens_session_id ON outstanding_tokens (session_id);
CREATE INDEX outstanding_tokens_expires_at ON outstanding_tokens (expires_at);

-- Ended sessions in the order of their ends: servers follow it to learn of each other's revocations.
CREATE TABLE revocations (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT    NOT NULL,                    -- kept when the session is deleted with its user
    at         INTEGER NOT NULL,                    -- when
    why        TEXT    NOT NULL,                    -- as sessions.revoked_why
    by         TEXT,                                -- as sessions.revoked_by
    until      INTEGER NOT NULL                     -- when no access token of it can be valid any more
) STRICT;

CREATE INDEX revocations_until ON revocations (until);

-- What happened to accounts, for their owners and the administration. No token, no password.
CREATE TABLE security_events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL,                    -- registered, signed_in, signed_out, token_reused, …
    user_id    INTEGER,                             -- whose account; may be gone
    session_id TEXT,                                -- which session; may be gone
    address    TEXT,                                -- where the request came from
    user_agent TEXT,
    other_address    TEXT,                          -- for token_reused: where the session was renewed
    other_user_agent TEXT                           -- from before: one of the two is not its owner
) STRICT;

CREATE INDEX security_events_user_id ON security_events (user_id, id);
