"""What is predicted without a model, or when the model is late: the time since the pool last refused or lost a machine.

The rates are the public prior of core/domain/risk.py: a pool that just came back is the worst pool. Price has no part
in it (K-40).
"""

from core.domain.model.contract import Features, Prediction
from core.domain.risk import BAND_ENDS, PRIOR, band_of

VERSION = "static"
UNKNOWN_AGE = PRIOR[BAND_ENDS.index(6 * 3600)]  # as within six hours after it came back: we saw neither loss nor refusal, but have not looked for long


def predict(features: Features) -> Prediction:
    """By the pool's age in hours; without one the confidence is 0."""
    age = features.pool.get("pool_age_hours")
    if age is None:
        return Prediction(UNKNOWN_AGE, 0.0)
    return Prediction(PRIOR[band_of(age * 3600)], 1.0)
