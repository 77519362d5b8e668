-- What /readyz writes to learn whether the database takes writes. Not moved, and nobody reads it.
CREATE TABLE write_probe (
    writes INTEGER NOT NULL                            -- how many times
) STRICT;

INSERT INTO write_probe (writes) VALUES (0);
