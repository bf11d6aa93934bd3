"""Consolidation row by row, as slow and as plain as the sentence that describes it: what the fast one must equal."""

from core.domain.price_series import BUCKET_US, HISTORY, HOLDS, NEAR

Row = tuple[int, int, int]  # microseconds, millionths of a dollar, rank


def reference(rows: list[Row], horizon: int) -> dict[int, tuple[int, str]]:
    """Bucket → (price, source) of everything before ``horizon``, computed at once and from scratch."""
    hosts = _best([row for row in rows if row[2] < HISTORY], horizon)
    history = _best([row for row in rows if row[2] == HISTORY], horizon)
    told = {}
    for bucket in range(min([*hosts, *history], default=horizon), horizon):
        answer = _price(bucket, hosts, history, horizon)
        if answer:
            told[bucket] = answer
    return told


def per_pool(rows: list[Row], horizon: int) -> dict[int, tuple[int, str]]:
    """The same in one pass over the buckets, still a row at a time: what one would write first."""
    hosts = _best([row for row in rows if row[2] < HISTORY], horizon)
    history = _best([row for row in rows if row[2] == HISTORY], horizon)
    following, later = {}, None
    for bucket in sorted(hosts, reverse=True):
        following[bucket], later = later, bucket
    told, left, force = {}, None, None
    for bucket in range(min([*hosts, *history], default=horizon), horizon):
        left, force = bucket if bucket in hosts else left, bucket if bucket in history else force
        answer = _step(bucket, left, following.get(left), force, hosts, history, horizon)
        if answer:
            told[bucket] = answer
    return told


def _step(bucket, left, right, force, hosts, history, horizon) -> tuple[int, str] | None:
    if bucket == left:
        return hosts[bucket], "agent"
    if left is not None and right is not None and right - left <= NEAR:
        width, rise = right - left, (hosts[right] - hosts[left]) * (bucket - left)
        return hosts[left] + (2 * rise + width) // (2 * width), "interpolated"
    if left is not None and right is None and horizon - left <= NEAR:
        return None
    return (history[force], "backfilled") if force is not None and bucket - force <= HOLDS else None


def _price(bucket: int, hosts: dict, history: dict, horizon: int) -> tuple[int, str] | None:
    if bucket in hosts:
        return hosts[bucket], "agent"
    left = max((b for b in hosts if b < bucket), default=None)
    right = min((b for b in hosts if b > bucket), default=None)
    if left is not None and right is not None and right - left <= NEAR:
        width, rise = right - left, (hosts[right] - hosts[left]) * (bucket - left)
        return hosts[left] + (2 * rise + width) // (2 * width), "interpolated"
    if left is not None and right is None and horizon - left <= NEAR:
        return None
    force = max((b for b in history if b <= bucket), default=None)
    return (history[force], "backfilled") if force is not None and bucket - force <= HOLDS else None


def _best(rows: list[Row], horizon: int) -> dict[int, int]:
    best: dict[int, tuple] = {}
    for at, price, rank in rows:
        bucket, worth = at // BUCKET_US, (-rank, at, price)
        if bucket < horizon and (bucket not in best or worth > best[bucket]):
            best[bucket] = worth
    return {bucket: worth[2] for bucket, worth in best.items()}
