"""Level 3: plans, adoption, and what becomes of machines that hosts launched alone."""
