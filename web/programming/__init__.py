"""Pages of the programming: versions, their grid, their lines, their steps."""
