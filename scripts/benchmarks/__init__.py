"""Benchmarks: ratios inside one run, printed as a table; nothing here is asserted by a test."""
"""Measurements that print a figure; no test depends on them."""
