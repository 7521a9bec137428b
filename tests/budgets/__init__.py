"""Tests of the budgets room."""
