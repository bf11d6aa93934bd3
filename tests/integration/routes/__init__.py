"""Every route, asked once well and once badly."""
