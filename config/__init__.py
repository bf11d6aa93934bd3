"""What the process is told from outside: settings and logging."""
