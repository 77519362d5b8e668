-- Refresh tokens of another issuer with the same key may come without having been known before. What
-- ends a user's sessions ends those too: they are taken only when they were issued since.
ALTER TABLE users ADD COLUMN adopts_from bigint NOT NULL DEFAULT 0; -- the earliest iat of a token that is taken
