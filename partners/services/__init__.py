"""Services of the partners room."""
