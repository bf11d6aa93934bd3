"""A model is judged by what happened, beside the naive base rate."""

import math

import pytest

from core.domain.model.score import JUDGED_AFTER, brier, log_loss, must_be_demoted, scorecard


def test_the_figures_of_four_outcomes_are_those_of_the_definition():
    pairs = [(0.9, 1), (0.2, 0), (0.6, 1), (0.4, 0)]

    assert brier(pairs) == pytest.approx((0.01 + 0.04 + 0.16 + 0.16) / 4)
    assert log_loss(pairs) == pytest.approx(-(math.log(0.9) + math.log(0.8) + math.log(0.6) + math.log(0.6)) / 4)


def test_the_base_rate_predicts_the_same_share_for_everything():
    card = scorecard([(0.9, 1), (0.1, 0), (0.1, 0), (0.1, 0)])

    assert (card.base_rate, card.base_brier) == (0.25, pytest.approx(0.1875))
    assert not card.is_worse_than_base_rate


def test_what_was_never_counted_has_no_figure():
    card = scorecard([])

    assert (card.outcomes, card.brier, card.base_brier, card.calibration) == (0, None, None, ())
    assert not card.is_worse_than_base_rate


def test_a_certainty_that_was_wrong_costs_much_but_not_infinitely():
    assert 10 < log_loss([(0.0, 1)]) < 20


def test_calibration_says_what_was_said_and_what_happened():
    bins = scorecard([(0.05, 0), (0.07, 1), (0.95, 1), (1.0, 1)]).calibration

    assert [(one.low, one.count, one.happened) for one in bins] == [(0.0, 2, 0.5), (0.9, 2, 1.0)]
    assert bins[0].said == pytest.approx(0.06)


def test_a_model_is_demoted_at_the_stated_number_of_outcomes_and_not_one_before():
    wrong = [(0.9, 0)] * (JUDGED_AFTER // 2) + [(0.1, 1)] * (JUDGED_AFTER // 2)

    assert not must_be_demoted(wrong[1:])
    assert must_be_demoted(wrong)


def test_a_model_that_knows_more_than_the_base_rate_stays():
    right = [(0.9, 1)] * (JUDGED_AFTER // 2) + [(0.1, 0)] * (JUDGED_AFTER // 2)

    assert not must_be_demoted(right)


def test_only_the_newest_outcomes_are_judged():
    right, wrong = [(1.0, 1), (0.0, 0)] * JUDGED_AFTER, [(0.9, 0), (0.1, 1)] * (JUDGED_AFTER // 2)

    assert must_be_demoted(right + wrong)
    assert not must_be_demoted(wrong + right)
