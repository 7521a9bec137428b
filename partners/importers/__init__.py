"""Importers of the partners room."""
