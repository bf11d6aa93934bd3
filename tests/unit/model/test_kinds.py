"""Each kind of model gives the probabilities its formula says, whatever it is fed."""

import math
from pathlib import Path

import numpy as np
import pytest

from core.domain.model.check import features_of
from core.domain.model.contract import CHECK_VECTOR, NUMBERS, ContractBroken, Prediction, matrix
from core.domain.model.files import NoModelFile, read_arrays
from core.domain.model.kinds import build
from tests.unit.model.samples import LOGISTIC, XGBOOST, as_json, as_npz, features, logistic_says


def test_a_logistic_model_is_its_formula():
    model = build("logistic", ("pool_age_hours",), LOGISTIC)

    (said,) = model.predict([features_of(features(pool_age_hours=2.0))])

    assert said.interruption_probability == pytest.approx(logistic_says(2.0), abs=1e-12)
    assert said.confidence_score == 1.0


def test_an_unknown_number_counts_as_its_mean_and_costs_confidence():
    (said,) = build("logistic", ("pool_age_hours",), LOGISTIC).predict([CHECK_VECTOR])

    assert said.interruption_probability == pytest.approx(logistic_says(6.0))
    assert said.confidence_score == 0.0


@pytest.mark.parametrize(("age", "rate"), [(0.0, 0.6), (0.99, 0.6), (1.0, 0.2), (5.0, 0.2), (24.0, 0.01), (None, 0.1)])
def test_a_table_answers_the_rate_of_the_interval(age, rate):
    model = build("table", ("pool_age_hours",), {"edges": [1.0, 24.0], "rates": [0.6, 0.2, 0.01], "unknown": 0.1})
    given = {} if age is None else {"pool_age_hours": age}

    assert model.predict([features_of(features(**given))])[0].interruption_probability == rate


def test_boosted_trees_agree_with_xgboost_itself():
    """The fixture was trained and asked by XGBoost 3.2; unknown numbers take the default branch."""
    model = build("trees", tuple(XGBOOST["numbers"]), XGBOOST["document"])
    numbers = np.array([[np.nan if value is None else value for value in row] for row in XGBOOST["rows"]])

    assert model.formula(numbers) == pytest.approx(XGBOOST["probabilities"], abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "names", "arrays", "sentence"),
    [
        ("logistic", ("pool_age_hours",), {**LOGISTIC, "coef": [1.0, 2.0]}, "coef has shape (2,), not (1,)"),
        ("logistic", ("pool_age_hours",), {**LOGISTIC, "scale": [0.0]}, "scale holds a zero"),
        ("logistic", ("pool_age_hours",), {**LOGISTIC, "mean": [math.inf]}, "mean holds a value that is no finite number"),
        ("logistic", ("pool_age_hours",), {**LOGISTIC, "coef": ["x"]}, "coef does not hold numbers"),
        ("logistic", ("pool_age_hours",), {"coef": [1.0]}, "scale is missing"),
        ("table", ("pool_age_hours", "losses_24h"), {}, "a table takes exactly one number"),
        ("table", ("pool_age_hours",), {"edges": [2.0, 1.0], "rates": [0, 0, 0], "unknown": 0}, "edges must rise"),
        ("trees", ("pool_age_hours",), {}, "this is not XGBoost's JSON form"),
        ("trees", ("pool_age_hours",), XGBOOST["document"], "a tree splits by a number beyond the 1 it was given"),
    ],
)
def test_arrays_that_do_not_fit_are_named(kind, names, arrays, sentence):
    with pytest.raises(ContractBroken, match=f"^{sentence.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}$"):
        build(kind, names, arrays)


def test_a_tree_that_would_walk_for_ever_is_refused():
    tree = {
        "left_children": [1, 0, -1], "right_children": [2, 2, -1], "split_indices": [0, 0, 0], "split_conditions": [0.5, 0.5, 0.1],
        "default_left": [1, 1, 0],
    }  # fmt: skip
    learner = {**XGBOOST["document"]["learner"], "gradient_booster": {"model": {"trees": [tree]}}}

    with pytest.raises(ContractBroken, match="a child before its parent"):
        build("trees", ("pool_age_hours",), {"learner": learner})


def test_a_model_whose_answer_is_no_probability_breaks_the_contract():
    model = build("table", ("pool_age_hours",), {"edges": [], "rates": [1.5], "unknown": 1.5})

    with pytest.raises(ContractBroken, match="outside 0..1"):
        model.predict([CHECK_VECTOR])


@pytest.mark.parametrize(("p", "action"), [(0.1999, "SAFE"), (0.2, "CAUTION"), (0.5, "CAUTION"), (0.5001, "AVOID")])
def test_both_borders_belong_to_caution(p, action):
    assert Prediction(p, 1.0).recommended_action == action


def test_every_number_can_be_read_of_the_check_vector():
    numbers = matrix(tuple(NUMBERS), [CHECK_VECTOR])

    assert numbers.shape == (1, len(NUMBERS))
    assert numbers[0][:5] == pytest.approx([14, 2, 0.48, 0.45, 0.48 / 0.45 - 1])


def test_json_and_npz_hold_the_same_arrays():
    for data in (as_json(LOGISTIC), as_npz(LOGISTIC)):
        assert np.asarray(read_arrays(data)["coef"]).tolist() == LOGISTIC["coef"]


def test_an_npz_with_objects_inside_is_no_array_of_numbers():
    with pytest.raises(ContractBroken, match="no array of numbers"):
        read_arrays(as_npz({"coef": np.array([{"a": 1}], dtype=object)}))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_is_known_by_its_first_bytes(protocol):
    import pickle

    with pytest.raises(NoModelFile):
        read_arrays(pickle.dumps({"coef": [1]}, protocol=protocol))


@pytest.mark.parametrize("data", [b"", b"[1]", b"PK\x03\x04broken", b'{"a": NaN}', b"\xff\xfe", b"[" * 5000])
def test_a_file_that_cannot_be_read_breaks_the_contract(data):
    with pytest.raises(ContractBroken):
        read_arrays(data)


def test_the_guide_names_every_number_a_model_may_take():
    guide = (Path(__file__).parents[3] / "docs/MODELS.md").read_text()

    assert [name for name in NUMBERS if f"`{name}`" not in guide] == []
