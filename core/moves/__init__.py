"""Where a workload should stand: decisions, plans, and the switches that carry them out."""
