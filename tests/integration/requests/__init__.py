"""What every request goes through: the idempotency key, the strict reading of bodies, the one envelope."""
