"""Reads of the budgets room across models: documents, availability, official figures."""
