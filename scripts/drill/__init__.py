"""The drill: interruptions staged on a product of its own, and judged from outside."""
