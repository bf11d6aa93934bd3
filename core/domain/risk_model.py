"""A logistic model of losses, in numpy; it must earn its place on later time before anybody listens to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from core.domain.risk import DOWN, HORIZON, LOSSES, UP, Sighting, Stretch, band_of, learn, stretches
from core.domain.sightings import Seen

STEP = timedelta(minutes=30)
HELD_OUT = 0.25
LEAST_DAYS, LEAST_LOSSES = 14, 20  # below two weeks a learned model is worse than the table (bench, V100 pools 2023)
RIDGE, ROUNDS = 1.0, 25
NAMES = ("bias", "log_age", "share_1h", "share_6h", "share_24h", "share_7d", "losses_6h", "losses_24h", "others_up", "sin_hour", "cos_hour", "weekend")
SHARES = {"share_1h": 1, "share_6h": 6, "share_24h": 24, "share_7d": 168}


@dataclass(frozen=True)
class Watched:
    """A pool's sightings, ready for questions about any time."""

    up: tuple[Stretch, ...]
    lost: np.ndarray

    @classmethod
    def of(cls, sightings: Sequence[Sighting], now: datetime) -> "Watched":
        losses = [s.at.timestamp() for s in sightings if s.kind in LOSSES]
        return cls(tuple(stretches(sightings, now)), np.array(sorted(losses)))

    @classmethod
    def seen(cls, pool: Seen, now: datetime) -> "Watched":
        """The same from what is kept of its sightings."""
        return cls(pool.stretches(now), np.array(pool.losses))

    def share(self, at: datetime, hours: int) -> float:
        """Of the last hours, the part in which it was up."""
        since = at - timedelta(hours=hours)
        spans = (min(one.until, at) - max(one.began, since) for one in self.up if one.began < at and one.until > since)
        return sum(span.total_seconds() for span in spans) / (3600 * hours)

    def losses(self, at: datetime, hours: int) -> int:
        now = at.timestamp()
        return int(np.searchsorted(self.lost, now, "right") - np.searchsorted(self.lost, now - 3600 * hours, "right"))

    def current(self, at: datetime) -> Stretch | None:
        return next((one for one in reversed(self.up) if one.began <= at < one.until), None)

    def lost_by(self, at: datetime, end: datetime) -> bool:
        one = self.current(at)
        return bool(one and one.lost and one.until <= end)


@dataclass(frozen=True)
class Model:
    """Weights of standardised features."""

    weights: np.ndarray
    mean: np.ndarray
    scale: np.ndarray

    def probability(self, x: np.ndarray) -> np.ndarray:
        return _sigmoid(((np.atleast_2d(x) - self.mean) / self.scale) @ self.weights)

    def as_json(self) -> dict:
        return {"names": list(NAMES), **{name: getattr(self, name).tolist() for name in ("weights", "mean", "scale")}}

    @classmethod
    def from_json(cls, told: dict) -> "Model | None":
        """None when it was trained on other features."""
        if tuple(told["names"]) != NAMES:
            return None
        return cls(*(np.array(told[name]) for name in ("weights", "mean", "scale")))


@dataclass(frozen=True)
class Verdict:
    """What the later time said: Brier scores of the model, of the table and of the base rate, and who may speak."""

    model: Model | None
    samples: int
    span_days: float
    brier_model: float | None
    brier_table: float | None
    brier_base: float | None
    wins: bool
    why: str


def share_up(pools: Iterable[Watched], at: datetime) -> tuple[int, int]:
    """How many of the watched pools are up, and how many there are."""
    up = [pool.current(at) is not None for pool in pools]
    return sum(up), len(up)


def features(pool: Watched, market: tuple[int, int], at: datetime) -> np.ndarray:
    """What is known of a pool at a time, with the state of the ``market`` it belongs to; nothing of it is a price."""
    here = pool.current(at)
    age = (at - here.began).total_seconds() if here else 0.0
    hour = 2 * np.pi * (at.hour + at.minute / 60) / 24
    others = (market[0] - (here is not None)) / (market[1] - 1) if market[1] > 1 else 0.5
    shares = [pool.share(at, hours) for hours in SHARES.values()]
    return np.array([
        1.0, np.log1p(age / 60), *shares, pool.losses(at, 6), pool.losses(at, 24), others,
        np.sin(hour), np.cos(hour), float(at.weekday() >= 5),
    ])  # fmt: skip


def by_model(model: Model, asked: Mapping[str, Watched], market: tuple[int, int], at: datetime) -> dict[str, float]:
    """P(lost within the hour) of those that are up at that time."""
    up = [name for name, pool in asked.items() if pool.current(at)]
    if not up:
        return {}
    return dict(zip(up, model.probability(np.array([features(asked[name], market, at) for name in up])).tolist(), strict=True))


def train(pools: dict[str, Sequence[Sighting]], now: datetime) -> Verdict:
    """Fit on the earlier three quarters, judge on the last, and say who was nearer to what happened."""
    kept = {name: sorted((s for s in told if s.kind in UP | DOWN), key=lambda s: s.at) for name, told in pools.items()}
    kept = {name: told for name, told in kept.items() if told}
    times = [s.at for told in kept.values() for s in told]
    span = (now - min(times)).total_seconds() / 86400 if times else 0.0
    if span < LEAST_DAYS:
        return Verdict(None, 0, span, None, None, None, False, f"The table speaks: {span:.0f} days of history, a model needs {LEAST_DAYS}")
    cut = now - timedelta(days=span * HELD_OUT)
    x, y, at, places = samples(kept, min(times) + timedelta(days=1), now - HORIZON)
    early, late = at < (cut - HORIZON).timestamp(), at >= cut.timestamp()
    if y[early].sum() < LEAST_LOSSES or y[late].sum() < LEAST_LOSSES:
        return Verdict(None, len(y), span, None, None, None, False, f"The table speaks: fewer than {LEAST_LOSSES} losses on either side of the cut")
    model = fit(x[early], y[early])
    table = learn({name: [s for s in told if s.at < cut] for name, told in kept.items()}, cut)
    guess = np.array([table.of(name, band) for (name, band), is_late in zip(places, late, strict=True) if is_late])
    scores = [brier(model.probability(x[late]), y[late]), brier(guess, y[late]), brier(np.full(late.sum(), y[early].mean()), y[late])]
    wins = scores[0] < scores[1]
    why = f"The {'model' if wins else 'table'} speaks: Brier {scores[0]:.4f} against the table's {scores[1]:.4f} on the last {span * HELD_OUT:.0f} days"
    return Verdict(fit(x, y), len(y), span, *scores, wins, why)


def samples(kept: dict[str, Sequence[Sighting]], since: datetime, until: datetime) -> tuple:
    """Each pool that is up, every half hour: features, whether it was lost within the hour, the time, its name and band."""
    watched = {name: Watched.of(told, until + HORIZON) for name, told in kept.items()}
    x, y, at, places, moment = [], [], [], [], since
    while moment < until:
        market = share_up(watched.values(), moment)
        for name, pool in watched.items():
            here = pool.current(moment)
            if here:
                x.append(features(pool, market, moment))
                y.append(pool.lost_by(moment, moment + HORIZON))
                at.append(moment.timestamp())
                places.append((name, band_of((moment - here.began).total_seconds())))
        moment += STEP
    return np.array(x).reshape(-1, len(NAMES)), np.array(y, dtype=float), np.array(at), places


def fit(x: np.ndarray, y: np.ndarray) -> Model:
    """Newton's steps with a little ridge; the bias is not held back."""
    mean, scale = x.mean(axis=0), x.std(axis=0)
    mean[0], scale[0] = 0.0, 1.0
    scale[scale < 1e-9] = 1.0
    z, weights = (x - mean) / scale, np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], RIDGE)
    ridge[0] = 1e-6
    for _ in range(ROUNDS):
        p = _sigmoid(z @ weights)
        step = np.linalg.solve((z.T * (p * (1 - p))) @ z + np.diag(ridge), z.T @ (y - p) - ridge * weights)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return Model(weights, mean, scale)


def brier(p: np.ndarray, y: np.ndarray) -> float:
    return float(np.mean((p - y) ** 2))


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))
