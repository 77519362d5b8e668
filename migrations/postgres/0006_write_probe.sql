-- What /readyz writes, and rolls back, to learn whether the database takes writes. It stays empty.
CREATE TABLE write_probe (
    filler text NOT NULL                               -- fills a page
);

ALTER TABLE write_probe ALTER COLUMN filler SET STORAGE PLAIN;
