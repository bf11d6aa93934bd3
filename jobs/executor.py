"""Carry out intents, several at a time, so that one slow answer of AWS holds up no other."""


def run(context) -> dict:
    """Send out who is free; how many set out."""
    return {"begun": context.crew.send()}
