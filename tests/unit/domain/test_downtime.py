"""How long a switch will take, by what was measured: the nearest likeness speaks."""

import pytest

from core.domain.downtime import Measured, expected_gap

OWN, OTHERS = [Measured(2.0, 1, 1), Measured(4.0, 1, 1), Measured(90.0, 1, 1)], [Measured(30.0, 0, 1)]
OWN_LOSS, OTHER_LOSSES = [Measured(50.0, 1, 0)], [Measured(60.0, 0, 0), Measured(0.0, 0, 0)]


@pytest.mark.parametrize(("measured", "seconds", "count", "words"), [
    ([*OWN, *OTHERS, *OWN_LOSS, *OTHER_LOSSES], 4.0, 3, "median of 3 measured planned switches of this workload"),
    ([*OTHERS, *OWN_LOSS, *OTHER_LOSSES], 30.0, 1, "as in the one measured planned switch of your other workloads"),
    ([*OWN_LOSS, *OTHER_LOSSES], 50.0, 1, "as in the one measured emergency of this workload"),
    (OTHER_LOSSES, 30.0, 2, "median of 2 measured emergencies of your other workloads"),
    ([Measured(0.0, 1, 1)], 0.0, 1, "as in the one measured planned switch of this workload"),
    ([], None, 0, "no switch was measured yet"),
])  # fmt: skip
def test_planned_goes_before_emergency_and_ones_own_before_others_and_what_was_measured_as_nothing_is_nothing(measured, seconds, count, words):
    told = expected_gap(measured)

    assert (told.seconds, told.switches, told.words) == (seconds, count, words)
