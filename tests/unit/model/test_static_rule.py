"""The rule that answers without a model speaks from the same table as the risk of pools."""

from core.domain.model.contract import Features
from core.domain.model.static_rule import predict
from core.domain.risk import BAND_ENDS, PRIOR, UNKNOWN_BAND


def at(**learnt: float) -> tuple[float, float]:
    told = predict(Features("m5.large", "us-east-1a", (), 12, 1, learnt))
    return told.interruption_probability, told.confidence_score


def test_each_age_is_answered_with_the_prior_of_its_band():
    ages = [0.0, *(end / 3600 for end in BAND_ENDS)]

    assert [at(pool_age_hours=age) for age in ages] == [(rate, 1.0) for rate in PRIOR]


def test_an_unknown_age_is_answered_as_of_a_pool_nobody_watched_and_without_confidence():
    assert at() == (PRIOR[UNKNOWN_BAND], 0.0)
