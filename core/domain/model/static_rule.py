"""What is predicted without a model, or when the model is late: the time since the pool last refused or lost a machine.

The rates are those measured on public availability traces ("Can't Be Late", NSDI'24, GPU pools 2023): a pool that just
came back is the worst pool. Price has no part in it (K-40).
"""

from core.domain.model.contract import Features, Prediction

VERSION = "static"
LOSS_WITHIN_AN_HOUR = ((0.1, 0.64), (0.25, 0.59), (0.5, 0.48), (1, 0.36), (3, 0.23), (6, 0.15), (12, 0.09), (24, 0.08))
CALM = 0.024
UNKNOWN_AGE = 0.15  # as six hours after it came back: we saw neither loss nor refusal, but have not looked for long


def predict(features: Features) -> Prediction:
    """By the pool's age in hours; without one the confidence is 0."""
    age = features.pool.get("pool_age_hours")
    if age is None:
        return Prediction(UNKNOWN_AGE, 0.0)
    return Prediction(next((rate for below, rate in LOSS_WITHIN_AN_HOUR if age < below), CALM), 1.0)
