"""A simulated AWS behind the real wire protocols (docs/SIMULATOR.md)."""
