"""Services of the budgets room."""
