"""Official tables of the State's budget, from the ledgers: rows of cells, the same everywhere."""
