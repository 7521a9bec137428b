"""Services of the records room: the import pipeline, stage → validate → diff → apply."""
