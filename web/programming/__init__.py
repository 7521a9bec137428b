"""Pages of the programming: its steps, of a version and of the files of its projects."""
