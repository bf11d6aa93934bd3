"""Carry out intents, several at a time, so that one slow answer of AWS holds up no other."""

from concurrent.futures import ThreadPoolExecutor

WIDTH = 8


def run(context) -> dict:
    """Drain the queue; how many intents were carried out."""
    if not context.executor.run_once():
        return {"done": 0}
    with ThreadPoolExecutor(WIDTH, thread_name_prefix="executor") as pool:
        return {"done": 1 + sum(pool.map(lambda _: context.executor.drain(), range(WIDTH)))}
