"""Rules over figures: told once, resolved when over."""
