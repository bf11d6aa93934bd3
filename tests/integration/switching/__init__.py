"""Planned switches, plans with modes, and the ledger, on a real database."""
