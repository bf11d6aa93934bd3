"""Intents carried out on the simulated AWS."""
