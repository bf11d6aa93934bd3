"""The installation itself: its parts, its health, its upkeep."""
