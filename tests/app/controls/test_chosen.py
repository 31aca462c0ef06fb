"""Presses, links, late and interrupted runs in any order: what a person did last stands."""

from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app import visit
from app.controls import chosen
from mlpcore.experiments import WideVsDeep

NAMES = [("seeds",), ("budget",), ("depth_from", "depth_to")]
SEEDS = st.integers(1, 32)


class Page(RuleBasedStateMachine):
    """A server that runs a page's script, and a browser that shows it and lags behind.

    ``wanted`` is what the person has asked for so far.
    """

    def __init__(self):
        super().__init__()
        self.said, objects = {}, {}
        of = lambda kind: objects.setdefault(kind, kind())  # noqa: E731
        self.patches = [
            patch.object(visit, "of", of),
            patch.object(visit, "values", lambda: dict(self.said)),
        ]
        for one in self.patches:
            one.start()
        self.wanted = WideVsDeep()
        self.shown = {}  # a widget's key → what it says in the browser
        self.asked = []  # what widgets say, of each run that the browser has asked for
        self.run()
        self.draw()

    def teardown(self):
        for one in self.patches:
            one.stop()

    def run(self):
        """Run the script to its end, as a panel does, with what the browser says."""
        if self.asked:
            self.said |= self.asked.pop(0)
        left = chosen.visit.of(chosen.Chosen).left
        while left:
            self.said.pop(left.pop(), None)
        values = {}
        for names in NAMES:
            key = chosen.key(WideVsDeep, names)
            self.said.setdefault(key, chosen.value(chosen.latest(WideVsDeep), names))
            says = self.said[key]
            values.update(zip(names, says if len(names) > 1 else (says,), strict=True))
        current = WideVsDeep(**chosen.latest(WideVsDeep).values() | values)
        if current != chosen.latest(WideVsDeep):
            chosen.keep(current)
        self.drawn = dict(self.said)

    def draw(self):
        """Let the browser show what the last run of the script has drawn."""
        self.shown = {key: self.drawn[key] for key in self._keys()}

    def _keys(self):
        return [chosen.key(WideVsDeep, names) for names in NAMES]

    @rule(seeds=SEEDS)
    @precondition(lambda self: set(self.shown) == set(self._keys()))
    def move_a_slider(self, seeds):
        self.shown[chosen.key(WideVsDeep, ("seeds",))] = seeds
        self.asked.append(dict(self.shown))
        self.wanted = WideVsDeep(**self.wanted.values() | {"seeds": seeds})

    @rule(budget=st.sampled_from([100, 200, 500]))
    @precondition(lambda self: not self.asked)
    def press_a_button(self, budget):
        chosen.change(WideVsDeep, budget=budget)
        self.wanted = WideVsDeep(**self.wanted.values() | {"budget": budget})

    @rule(seeds=SEEDS, depth=st.integers(1, 6))
    @precondition(lambda self: not self.asked)
    def follow_a_link(self, seeds, depth):
        self.wanted = WideVsDeep(seeds=seeds, depth_from=depth, depth_to=depth)
        chosen.turn({WideVsDeep: self.wanted}, ["a problem"])

    @rule()
    def run_late(self):
        """The browser asks for a run, for another reason, with what it shows now."""
        self.asked.append(dict(self.shown))
        self.run()

    @rule()
    def run_cut_short(self):
        """A run is asked for, and ends before it has come to the controls."""
        if self.asked:
            self.said |= self.asked.pop(0)

    @rule()
    def finish(self):
        while self.asked:
            self.run()
        self.run()
        self.draw()
        for names in NAMES:
            assert self.shown[chosen.key(WideVsDeep, names)] == chosen.value(self.wanted, names)
        assert chosen.latest(WideVsDeep) == self.wanted

    @invariant()
    def expects_what_will_be(self):
        """What the widgets say together is known before they are drawn."""
        if not self.asked:
            assert chosen.current(WideVsDeep) == self.wanted


TestPage = Page.TestCase
TestPage.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
