-- Since an import, a token without a session opens only the accounts of users who were imported, also when the import
-- brought nobody. Before, the users and tokens that it brought were the only trace of one.
CREATE TABLE imports (
    id       bigint PRIMARY KEY CHECK (id = 1), -- one row
    began_at bigint NOT NULL                    -- when the first import began; 0 when it was not recorded
);

INSERT INTO imports (id, began_at) SELECT 1, 0
WHERE EXISTS (SELECT 1 FROM imported_users)
    OR EXISTS (SELECT 1 FROM outstanding_tokens WHERE blacklisted_why = 'imported');

-- The canonical form of the e-mail address, by which tokens may name their user: two addresses with one key are one.
ALTER TABLE users ADD COLUMN email_key text COLLATE "C"; -- the server fills it in where it is null

CREATE INDEX users_email_key ON users (email_key);
