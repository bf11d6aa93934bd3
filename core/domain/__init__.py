"""Rules: pure functions and values. They read nothing, change nothing and are given the time."""
