"""What protects the product from its operators, its callers and AWS: switches, limits, breakers, secrets."""
