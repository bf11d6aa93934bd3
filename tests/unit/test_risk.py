"""The table and the model of losses: what they learn, and that a model must earn its place."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain.risk import PRIOR, Risk, Sighting, Table, band_of, by_table, learn, standing, stretches
from core.domain.risk_model import Model, train

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RECORDED = Path(__file__).parents[3] / "shared/bench/data/availability/v100_9az_2023"


def seen(*told: tuple[str, float]) -> list[Sighting]:
    """(kind, hours ago)"""
    return [Sighting(kind, NOW - timedelta(hours=ago)) for kind, ago in told]


@pytest.mark.parametrize(("seconds", "band"), [(0, 0), (359, 0), (360, 1), (3599, 3), (3600, 4), (86399, 7), (86400, 8), (10**9, 8)])
def test_the_bands_meet_where_the_measurements_do(seconds, band):
    assert band_of(seconds) == band


def test_age_counts_from_the_first_sight_after_the_last_loss():
    here = standing(seen(("available", 50), ("lost", 10), ("launched", 6), ("available", 1)), NOW)

    assert (here.age, here.is_down) == (timedelta(hours=6), False)


def test_a_pool_that_nobody_saw_come_back_is_of_unknown_age():
    fresh, known = standing(seen(("launched", 0.05)), NOW), standing(seen(("lost", 1), ("launched", 0.05)), NOW)

    assert (fresh.band, known.band) == (len(PRIOR) - 1, 0)
    assert by_table(Table(), "p", fresh, None).evidence == "Up for at least 3 min; no loss on record"


def test_the_first_day_of_what_nobody_saw_begin_teaches_nothing():
    assert learn({"a": seen(("available", 40), ("available", 20), ("lost", 17))}, NOW).hours[:8] == (0.0,) * 8


def test_a_pool_last_seen_down_is_down_and_may_have_come_back_half_way():
    here = standing(seen(("available", 50), ("refused", 2)), NOW)

    assert (here.age, here.is_down) == (timedelta(hours=1), True)


def test_a_sighting_speaks_for_a_day():
    up = stretches(seen(("available", 100), ("available", 90), ("lost", 10)), NOW)

    assert [(one.until - one.began, one.lost) for one in up] == [(timedelta(hours=34), False)]


def test_notices_and_refusals_are_no_losses():
    assert [one.lost for one in stretches(seen(("launched", 9), ("noticed", 8), ("refused", 7)), NOW)] == [False]


def test_with_nothing_seen_the_prior_speaks():
    assert [Table().probability(band) for band in range(len(PRIOR))] == pytest.approx(PRIOR)


def test_own_hours_outweigh_the_prior():
    steady = {f"p{n}": seen(*[("available", ago) for ago in range(2000, 0, -12)]) for n in range(5)}

    assert learn(steady, NOW).probability(8) < PRIOR[8] / 50


def test_a_pool_with_many_losses_is_worse_than_its_sisters():
    told = {"bad": seen(*[(kind, hour - (kind == "lost") * 20) for hour in range(1400, 40, -24) for kind in ("available", "lost")])}
    told |= {f"good{n}": seen(("lost", 1401), *[("available", ago) for ago in range(1400, 0, -12)]) for n in range(5)}
    table = learn(told, NOW)
    here = standing(seen(("lost", 21), ("available", 20)), NOW)

    assert by_table(table, "bad", here, None).probability > by_table(table, "good1", here, None).probability


def test_a_table_survives_json():
    table = learn({"a": seen(("available", 30), ("lost", 10))}, NOW)

    assert Table.from_json(json.loads(json.dumps(table.as_json()))) == table


def test_a_risk_is_a_probability_a_sentence_and_a_count():
    assert by_table(Table(), "p", standing((), NOW), 3) == Risk(pytest.approx(0.0287, abs=0.001), "Nobody has watched this pool yet; the Spot Advisor ranks it 3 of 4", 0)


def test_without_two_weeks_no_model_is_trained():
    verdict = train({"a": seen(("available", 200), ("lost", 100))}, NOW)

    assert (verdict.model, verdict.wins) == (None, False)


def market(rule, now: datetime = NOW) -> dict[str, list[Sighting]]:
    """Forty days of six pools; ``rule(pool, hour of the day)`` is the chance of a loss per hour."""
    dice, told = random.Random(5), {}
    for pool in range(6):
        is_up, sightings = True, [Sighting("available", now - timedelta(days=40))]
        for step in range(40 * 24):
            at = now - timedelta(days=40) + timedelta(hours=step, minutes=dice.random() * 59)
            is_up = not (is_up and dice.random() < rule(pool, at.hour))
            sightings.append(Sighting("available" if is_up else "unavailable", at))
        told[f"p{pool}"] = sightings
    return told


def test_a_model_that_sees_what_the_table_cannot_wins_and_survives_json():
    """Losses come at night alone: the table knows no hours."""
    verdict = train(market(lambda pool, hour: 0.5 if hour < 6 else 0.01), NOW)

    assert verdict.wins and verdict.brier_model < 0.9 * verdict.brier_table
    again = Model.from_json(json.loads(json.dumps(verdict.model.as_json())))
    assert again.weights == pytest.approx(verdict.model.weights)


def test_a_model_of_other_features_is_not_listened_to():
    assert Model.from_json({"names": ["price"], "weights": [1], "mean": [0], "scale": [1]}) is None


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded markets are not on this machine")
def test_on_a_real_market_the_model_beats_the_table_and_the_table_the_base_rate():
    verdict = train(recorded(), datetime(2023, 3, 17, tzinfo=UTC))

    assert verdict.brier_model < verdict.brier_table < verdict.brier_base


def recorded() -> dict[str, list[Sighting]]:
    told = {}
    for file in sorted(RECORDED.glob("*.json")):
        read = json.loads(file.read_text())
        gap, ups = timedelta(seconds=read["metadata"]["gap_seconds"]), read["data"]
        at = [datetime(2023, 2, 15, tzinfo=UTC) + gap * n for n in range(len(ups))]
        told[file.stem] = [
            Sighting("available" if up else "unavailable", at[n]) for n, up in enumerate(ups) if n % 200 == 0 or up != ups[n - 1]
        ]
    return told
