"""Rules, bare: no database, no clock."""
