"""Tables read from the ledgers: official layouts, execution, statements; rows behind each cell."""
