"""Mass loss without proof: more likely we cannot see than that a fifth of a fleet died in the same seconds (INV-57)."""

SHARE = 0.2
AT_LEAST = 3


def must_hold(unconfirmed: int, machines: int) -> bool:
    """Whether so many machines of an account look dead, and are not proven dead, that nobody is declared lost."""
    return unconfirmed >= AT_LEAST and unconfirmed > SHARE * machines
