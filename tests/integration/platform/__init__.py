"""What the administrator and the dashboard ask of the whole installation."""
