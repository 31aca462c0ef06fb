"""Links as programs on their way leave them: what was meant is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.controls import links
from app.display import StageDisplay
from mlpcore.experiments import WideVsDeep
from mlpcore.params import specs

KINDS = (WideVsDeep, StageDisplay)
PAGE = "wide-vs-deep"


def read(texts):
    configs, problems = links.read(KINDS, texts, PAGE)
    return configs[WideVsDeep].changes(), problems


@pytest.mark.parametrize(
    "texts",
    [
        {"seeds": "2", "epochs": "3"},
        {"seeds": "2", "epochs": "3", "fbclid": "IwAR0x", "utm_source": "mail", "UTM_Medium": "x"},
        {"gclid": "x", "seeds": "2", "mc_cid": "1", "epochs": "3", "_ga": "1.2", "_hsenc": "y"},
        {"seeds": "2", "amp;epochs": "3"},
        {"seeds": "2", "amp;amp;epochs": "3", "amp;utm_campaign": "x"},
        {"seeds": "2", "epochs": "3)"},
        {"seeds": "2", "epochs": "3)."},
        {"seeds": "2", "epochs": "3>,"},
        {"Seeds": "2", "EPOCHS": "3"},
    ],
)
def test_what_programs_add_is_no_reason_for_a_warning(texts):
    assert read(texts) == ({"seeds": "2", "epochs": "3"}, [])


def test_a_name_has_a_dot_behind_it_taken_off():
    assert read({"seeds": "2", "activation": "Tanh."}) == ({"seeds": "2", "activation": "tanh"}, [])


def test_only_what_ends_a_link_is_taken_off_it():
    changes, (problem,) = read({"seeds": "2)", "epochs": "3"})
    assert changes == {"epochs": "3"}
    assert problem == "seeds must be a whole number from 1 to 32; got '2)'. The default is used."


def test_what_is_given_twice_is_said():
    changes, problems = read({"Seeds": "3", "seeds": "2"})
    assert changes == {"seeds": "2"}
    assert problems == ["seeds is given twice; 2 is used."]


def test_what_is_unknown_is_still_said():
    assert read({"taste": "1", "utm": "2"}) == ({}, ["This page does not know: taste, utm."])


NAMES = st.sampled_from([*specs(WideVsDeep), "amp;seeds", "SEEDS", "utm_x", "scene", "lesson"])


@given(st.dictionaries(NAMES | st.text(max_size=5), st.text(max_size=8) | st.just("0,5")))
def test_any_link_gives_a_config_and_words(texts):
    configs, problems = links.read(KINDS, texts, PAGE)
    assert set(configs) == set(KINDS)
    assert all(isinstance(problem, str) for problem in problems)
