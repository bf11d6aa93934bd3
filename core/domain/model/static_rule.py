"""What one question about one pool gets without a model: the prior of core/domain/risk.py by the time since it came back.

Decisions and predictions ask the whole table there, which adds what was learned. Price has no part in it (K-40).
"""

from core.domain.model.contract import Features, Prediction
from core.domain.risk import PRIOR, UNKNOWN_BAND, band_of


def predict(features: Features) -> Prediction:
    """By the pool's age in hours; without one the confidence is 0."""
    age = features.pool.get("pool_age_hours")
    if age is None:
        return Prediction(PRIOR[UNKNOWN_BAND], 0.0)
    return Prediction(PRIOR[band_of(age * 3600)], 1.0)
