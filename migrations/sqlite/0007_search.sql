-- The user name and e-mail address as searches compare them: normalized and case-folded, which SQLite and PostgreSQL each do
-- in their own way, or not at all. The server fills it in where it is null.
ALTER TABLE users ADD COLUMN search_text TEXT;

CREATE INDEX users_without_search_text ON users (id) WHERE search_text IS NULL;
