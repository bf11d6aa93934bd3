"""Decisions over HTTP, on a real database."""
