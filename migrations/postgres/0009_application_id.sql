-- A database of PostgreSQL has no application id.
SELECT 1;
