"""Benchmarks: ratios inside one run, printed as a table; nothing here is asserted by a test."""
