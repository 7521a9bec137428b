"""Reading a folder of import tables: schemas, cells, keys and rules; nothing is written here."""
