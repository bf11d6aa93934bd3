"""How likely a pool is lost: what was seen of it, the table and the models that learn from it."""
