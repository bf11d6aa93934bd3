"""Clients and what their people see, search and are told."""
