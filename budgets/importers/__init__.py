"""Importers of the budgets room."""
