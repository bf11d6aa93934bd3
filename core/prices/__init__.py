"""What capacity costs: collecting, consolidating and quoting it."""
