"""Rules of the law, as pure functions of numbers and lists: no database, no Django model."""
