"""Prices, and what is remembered of pools."""
