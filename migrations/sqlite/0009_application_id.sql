-- "Hall" in ASCII, in the header of the file: tools such as file(1) can tell whose it is.
PRAGMA application_id = 0x48616C6C;
