"""Digests of secrets."""

import hashlib


def digest(secret: str) -> bytes:
    """SHA-256; right for secrets of 256 random bits, of which no table can be made."""
    return hashlib.sha256(secret.encode()).digest()
