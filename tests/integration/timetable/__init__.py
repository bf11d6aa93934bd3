"""Who runs the jobs, and the jobs that only tidy or switch."""
