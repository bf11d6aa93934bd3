"""How far a choice can be trusted: nothing seen is nothing, and everything more that was seen makes it surer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.decision.confidence import WORTHLESS_SECONDS, confidence, freshness, proven, trust
from core.domain.model.score import JUDGED_AFTER
from core.domain.risk import POOL_WEIGHT, PRIOR_HOURS, Risk, Source
from core.domain.risk_model import LEAST_LOSSES

WATCHED = Risk(0.05, "Up for 3 h; no loss on record", 12, known=1.0)
NEVER = 10.0**9


def test_of_a_pool_that_nobody_watched_nothing_can_be_trusted_whatever_others_taught():
    told = trust(replace(WATCHED, known=0.0, hours=NEVER, outcomes=NEVER), 0)

    assert told.confidence == 0.0
    assert told.words == "Assumed: nobody has watched this pool, its risk is a public figure; its price is 0 s old"


@pytest.mark.parametrize(("risk", "half"), [
    (replace(WATCHED, hours=PRIOR_HOURS, outcomes=POOL_WEIGHT), "table"),
    (replace(WATCHED, source=Source.TRAINED, outcomes=LEAST_LOSSES), "trained"),
    (replace(WATCHED, source=Source.MODEL, outcomes=JUDGED_AFTER), "model"),
])  # fmt: skip
def test_an_answer_is_proven_by_half_where_what_was_seen_weighs_as_much_as_what_was_assumed(risk, half):
    assert (risk.source, proven(risk)) == (half, 0.5)
    assert confidence(risk, 0) == pytest.approx(2 / 3, abs=1e-4)


def test_known_but_unproven_is_a_third_and_everything_known_and_proven_is_one():
    assert confidence(WATCHED, 0) == 0.3333
    assert confidence(replace(WATCHED, hours=NEVER, outcomes=NEVER), 0) == 1.0
    assert confidence(replace(WATCHED, known=0.5, source=Source.MODEL), 0) == 0.1667


@pytest.mark.parametrize(("age", "share"), [(0, 1.0), (300, 1.0), (301, 0.999988), (86400, 0.0), (86401, 0.0), (43350, 0.5)])
def test_a_price_counts_fully_for_five_minutes_and_not_at_all_after_a_day(age, share):
    assert freshness(age) == pytest.approx(share, abs=1e-6)
    assert confidence(replace(WATCHED, hours=NEVER, outcomes=NEVER), age) == pytest.approx(share, abs=1e-4)


RISKS = st.builds(
    Risk, st.floats(0, 1), st.just(""), st.integers(0, 99), st.floats(0, 1), st.sampled_from(Source), st.floats(0, 1e6), st.floats(0, 1e6)
)


@given(RISKS, st.floats(0, 2 * WORTHLESS_SECONDS), st.floats(0, 1000))
def test_it_is_a_share_and_more_hours_outcomes_and_fresher_prices_never_make_it_less(risk, age, more):
    found = confidence(risk, age)

    assert 0 <= found <= 1
    assert confidence(replace(risk, hours=risk.hours + more), age) >= found
    assert confidence(replace(risk, outcomes=risk.outcomes + more), age) >= found
    assert confidence(risk, age + more) <= found


@pytest.mark.parametrize(("risk", "age", "words"), [
    (replace(WATCHED, hours=412.4, outcomes=9.0), 120, "Well founded: its risk rests on 412 hours watched of pools of its age and 9.0 losses expected of this one; its price is 2 min old"),
    (replace(WATCHED, source=Source.TRAINED, outcomes=40), 7200, "Well founded: its risk is the trained model's, learned from 40 losses; its price is 2 h old"),
    (replace(WATCHED, known=0.5, source=Source.MODEL, outcomes=100), 20, "Partly founded: its risk is a model's that knew 50% of its numbers and has 100 proven predictions; its price is 20 s old"),
    (WATCHED, 20, "Weakly founded: its risk rests on 0 hours watched of pools of its age and 0.0 losses expected of this one; its price is 20 s old"),
])  # fmt: skip
def test_it_says_in_words_what_it_rests_on(risk, age, words):
    assert trust(risk, age).words == words
