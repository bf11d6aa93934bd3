"""Use-cases and the machinery they stand on."""
