"""Replay: a policy on recorded markets, by the same decision code that runs in production.

Pure simulation: files in, figures and an action log out; no database, no clock, no AWS.
"""
