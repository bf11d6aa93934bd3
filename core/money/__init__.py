"""What was spent, saved and lost."""
