"""Parameters: their checks, their texts, and how a config is read from texts."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.experiments import WideVsDeep
from mlpcore.params import Config, ParameterError, choice, number, replace, specs, switch, text

SPECS = specs(WideVsDeep)
every_spec = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())


def values(spec):
    """Values a parameter may have."""
    if spec.options:
        return st.sampled_from(spec.options)
    if spec.kind is bool:
        return st.booleans()
    if spec.kind is str:
        return st.text()
    kind = st.integers if spec.kind is int else st.floats
    return kind(spec.low, spec.high)


class Wave(Config):
    """A config with a parameter of each kind."""

    height: float = number(1.5, 0.0, 10.0, label="Height", help="From trough to crest.", unit="m")
    periods: int = number(3, 1, 1_000_000, label="Periods", help="How many.")
    shape: str = choice("sine", ["sine", "square"], label="Shape", help="Of a period.")
    breaking: bool = switch(False, label="Breaking", help="Whether it breaks.")
    sea: str = text("North", "a sea's name", label="Sea", help="Where it rolls.")

    def check(self):
        if self.breaking and self.height > 5:
            raise ParameterError("height", "at most 5 when it breaks", self.height, "Lower it")


# One parameter


@every_spec
def test_a_default_passes_its_own_check(spec):
    assert spec.check(spec.default) == spec.default
    assert type(spec.default) is spec.kind


@every_spec
def test_every_parameter_has_words_for_people(spec):
    assert spec.label
    assert spec.help.endswith((".", "…"))
    assert spec.allowed


@every_spec
@given(data=st.data())
def test_parse_reads_what_format_writes(spec, data):
    value = data.draw(values(spec))
    again = spec.parse(spec.format(value))
    assert again == value
    assert type(again) is spec.kind


@every_spec
@given(text=st.text())
def test_any_text_is_a_good_value_or_a_parameter_error(spec, text):
    with contextlib.suppress(ParameterError):
        value = spec.parse(text)
        assert spec.check(value) == value


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("height", "a number from 0 to 10"),
        ("periods", "a whole number from 1 to 1000000"),
        ("shape", "one of sine, square"),
        ("breaking", "true or false"),
        ("sea", "a sea's name"),
    ],
)
def test_what_is_allowed_in_words(name, allowed):
    assert specs(Wave)[name].allowed == allowed


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("learning_rate", "0,01", 0.01),
        ("learning_rate", ",5", 0.5),
        ("learning_rate", "0,001", 0.001),
        ("learning_rate", " 12,25 ", 12.25),
        ("seeds", "2,0", 2),
        ("seeds", "2.", 2),
        ("optimiser", "AdamW", "adamw"),
        ("drop_last", "TRUE", True),
    ],
)
def test_what_can_mean_one_thing_only_is_read(field, text, value):
    assert SPECS[field].parse(text) == value


def test_a_minus_sign_is_one():
    assert number_spec("−1,5") == -1.5


def number_spec(text):
    class Cold(Config):
        warmth: float = number(0.0, -9.0, 9.0, label="Warmth", help="Of the sea.")

    return specs(Cold)["warmth"].parse(text)


@pytest.mark.parametrize("sea", ["", "1.0", " Dead ", "true"])
def test_a_text_is_kept_as_it_is(sea):
    assert Wave.parse({"sea": sea}) == (Wave(sea=sea), [])
    assert Wave(sea=sea).changes() == {"sea": sea}


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        (
            "optimiser",
            "adams",
            "optimiser must be one of sgd, adam, adamw, rmsprop; got 'adams'.",
        ),
        ("optimiser", "", "optimiser must be one of sgd, adam, adamw, rmsprop; got ''."),
        ("seeds", "0", "seeds must be a whole number from 1 to 32; got 0."),
        ("seeds", "2.5", "seeds must be a whole number from 1 to 32; got 2.5."),
        ("seeds", "eight", "seeds must be a whole number from 1 to 32; got 'eight'."),
        ("seeds", "", "seeds must be a whole number from 1 to 32; got ''."),
        ("seeds", "nan", "seeds must be a whole number from 1 to 32; got nan."),
        ("seeds", "-inf", "seeds must be a whole number from 1 to 32; got -inf."),
        ("budget", "1e30", "budget must be a whole number from 20 to 20000; got 1e+30."),
        ("seed", "-1", "seed must be a whole number from 0 to 1000000; got -1."),
        ("noise", "nan", "noise must be a number from 0 to 1; got nan."),
        ("noise", "1.01", "noise must be a number from 0 to 1; got 1.01."),
        (
            "learning_rate",
            "1,000",
            "learning_rate must be a number from 1e-06 to 1e+06; got '1,000'.",
        ),
        ("seeds", "2,5", "seeds must be a whole number from 1 to 32; got 2.5."),
        ("learning_rate", "1e30", "learning_rate must be a number from 1e-06 to 1e+06; got 1e+30."),
        (
            "learning_rate",
            "fast",
            "learning_rate must be a number from 1e-06 to 1e+06; got 'fast'.",
        ),
        ("drop_last", "maybe", "drop_last must be true or false; got 'maybe'."),
        ("drop_last", "1", "drop_last must be true or false; got '1'."),
    ],
)
def test_a_bad_text_is_refused_in_words(field, text, message):
    with pytest.raises(ParameterError) as caught:
        SPECS[field].parse(text)
    assert str(caught.value) == message
    assert caught.value.parameter == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("periods", True),
        ("periods", "3"),
        ("periods", None),
        ("periods", 10**400),
        ("height", "1"),
        ("height", math.nan),
        ("shape", 3),
        ("shape", ["sine"]),
        ("breaking", 1),
        ("breaking", "true"),
        ("sea", 7),
    ],
)
def test_a_value_of_another_type_is_refused(field, value):
    with pytest.raises(ParameterError, match=f"^{field} must be"):
        Wave(**{field: value})


def test_numbers_take_their_parameters_type():
    wave = Wave(height=2, periods=4.0)
    assert (type(wave.height), type(wave.periods)) == (float, int)
    assert specs(Wave)["periods"].parse(" 4e2 ") == 400
    assert specs(Wave)["breaking"].parse("True ") is True


# A config


def test_a_config_is_frozen_hashable_and_equal_by_value():
    wave = Wave(periods=4)
    assert {wave: 1}[Wave(periods=4)] == 1
    assert wave != Wave()
    with pytest.raises(AttributeError):
        wave.periods = 5
    assert replace(wave, periods=3) == Wave()
    with pytest.raises(ParameterError):
        replace(wave, periods=0)


def test_changes_are_what_differs_from_the_defaults():
    assert Wave().changes() == {}
    wave = Wave(height=0.1, breaking=True)
    assert wave.changes() == {"height": "0.1", "breaking": "true"}
    assert Wave.parse(wave.changes()) == (wave, [])
    assert wave.values() == {
        "height": 0.1,
        "periods": 3,
        "shape": "sine",
        "breaking": True,
        "sea": "North",
    }


def test_parse_keeps_the_good_values_and_names_the_bad_ones():
    texts = {"height": "9", "periods": "none", "shape": "", "breaking": "false", "colour": "red"}
    wave, problems = Wave.parse(texts)
    assert wave == Wave(height=9.0)
    assert [problem.parameter for problem in problems] == ["periods", "shape"]


def test_parse_drops_what_contradicts_the_rest():
    wave, problems = Wave.parse({"height": "9", "periods": "7", "breaking": "true"})
    assert wave == Wave(periods=7, breaking=True)
    assert list(map(str, problems)) == ["height must be at most 5 when it breaks; got 9. Lower it."]


class Shallow(Wave):
    """A wave whose default height contradicts a steep default."""

    steep: bool = switch(False, label="Steep", help="Whether it is steep.")

    def check(self):
        if self.steep and self.height < 3:
            raise ParameterError("height", "3 or more if steep", self.height)


def test_parse_drops_the_cause_where_a_default_is_contradicted():
    """The error names ``height``, of which nothing was said."""
    wave, problems = Shallow.parse({"periods": "7", "shape": "square", "steep": "true"})
    assert wave == Shallow(periods=7, shape="square")
    assert [problem.parameter for problem in problems] == ["height"]


def wide_vs_deep_texts():
    """Texts for any fields: mostly good values, which may contradict each other, or anything."""
    fields = {
        name: st.one_of(values(spec).map(spec.format), st.text(max_size=5))
        for name, spec in SPECS.items()
    }
    return st.fixed_dictionaries({}, optional=fields | {"unknown": st.text()})


@given(wide_vs_deep_texts())
def test_parse_always_ends_with_a_good_config(texts):
    config, problems = WideVsDeep.parse(texts)
    assert WideVsDeep(**config.values()) == config
    if not problems:
        for name in texts.keys() & SPECS.keys():
            assert getattr(config, name) == SPECS[name].parse(texts[name])


@given(st.dictionaries(st.text(max_size=10) | st.sampled_from(list(SPECS)), st.text()))
def test_parse_ends_on_arbitrary_texts(texts):
    config, _ = WideVsDeep.parse(texts)
    config.check()


# What Wide vs Deep checks


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            dict(depth_from=4, depth_to=2),
            "depth_to must be depth_from (4) or more; got 2. Swap the two.",
        ),
        (
            dict(budget=20, classes=8, depth_to=10),
            "budget must be at least 37, what 10 hidden layers of width 1 need with 8 classes; "
            "got 20. Raise the budget or lower depth_to.",
        ),
        (
            dict(batch_size=33, samples=10),
            "batch_size must be at most the training set's 32 samples; got 33. "
            "Lower it or raise samples.",
        ),
        (dict(seeds=0), "seeds must be a whole number from 1 to 32; got 0."),
    ],
)
def test_fields_that_contradict_each_other(fields, message):
    with pytest.raises(ParameterError) as caught:
        WideVsDeep(**fields)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("texts", "kept", "named"),
    [
        (dict(budget="30", depth_from="7", seeds="2"), dict(budget=30, seeds=2), "depth_to"),
        (dict(epochs="7", samples="10"), dict(epochs=7), "batch_size"),
        (dict(depth_to="10", classes="8", budget="30"), dict(depth_to=10, classes=8), "budget"),
    ],
)
def test_one_contradiction_costs_one_value(texts, kept, named):
    config, problems = WideVsDeep.parse(texts)
    assert config == WideVsDeep(**kept)
    assert [problem.parameter for problem in problems] == [named]
