"""How long a learner waits for an answer, beside how long the same config takes without the app.

Starts the app and drives headless Chromium, a window of 1280 × 900, on its four pages. In each
round of a case a page is opened with seeds of the round's own, so that no result is known, and once
its run has finished and the page stands still, a key is pressed that changes one parameter. Of the
figures in sight are told, from the press on (the browser's time of the key event):

* first: until one of them is drawn anew;
* answer: until the last of them is, once the run has finished;
* command line: the seconds that ``python -m mlpcore`` reports for that config, without its start;
* ratio: of the medians of answer and command line.

A figure is drawn when its ``data-frames`` changes. The case "cached" presses back and forth between
two results that are there. Of Animal Faces also the first layer's filters alone are told: how soon,
and how often a second.

Server and browser share the machine, so drawing takes its part of what training could have; the
command line runs after both have ended. ``python -m benchmarks.answers`` takes as long as its
answers: a quarter of an hour if they take half a minute, else less. ``--only`` names the cases.
It reads nothing but ``data-frames``, the words of progress, roles and labels, so that it measures
older versions too.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.app_server import ROOT, AppServer
from benchmarks.chromium import launch
from benchmarks.machine import describe
from benchmarks.measuring import pace, spread

# A page stands still when nothing has been drawn for this long, in milliseconds.
STILL = 3000
# What an answer may take on a busy machine, in milliseconds.
PATIENCE = 900_000

# Runs in the page before anything else does.
WATCH = """
window.watch = { pressed: null, drawn: [] };
for (const kind of ["keydown", "click"]) {
  addEventListener(kind, (event) => { watch.pressed ??= event.timeStamp; }, true);
}
new MutationObserver((changes) => {
  const at = performance.now();
  for (const { target } of changes) watch.drawn.push({ target, at });
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-frames"] });
"""
ARM = "() => { window.watch.pressed = null; window.watch.drawn = []; }"
IS_STILL = """(still) => {
  const words = [...document.querySelectorAll(".words")];
  const last = watch.drawn.at(-1);
  return words.length && words.every((one) => one.textContent.includes("finished"))
    && last && performance.now() - last.at > still;
}"""
READ = """() => watch.drawn
  .filter(({ target, at }) => {
    const { top, bottom, left, right } = target.getBoundingClientRect();
    return at > watch.pressed && bottom > Math.max(0, top) && right > Math.max(0, left)
      && top < innerHeight && left < innerWidth;
  })
  .map(({ target, at }) => ({
    seconds: (at - watch.pressed) / 1000,
    filters: Boolean(target.querySelector("[aria-label*='filters of the first layer']")),
  }))"""


def slider(name: str, key: str = "ArrowRight") -> Callable[[Page], None]:
    """Press a key on a slider of the sidebar."""

    def press(page: Page) -> None:
        page.get_by_test_id("stSidebar").get_by_role("slider", name=name).press(key)

    return press


def switch(name: str) -> Callable[[Page], None]:
    """Press a switch."""
    return lambda page: page.get_by_text(name, exact=True).click()


@dataclass(frozen=True)
class Case:
    """A press to measure.

    Attributes:
        name: what is pressed, where.
        address: relative to the app's root; {round} is another number in each round.
        press: presses it.
        command: arguments of ``python -m mlpcore`` for the config that the press asks for.
        rounds: how many, if nobody says otherwise.
        top: the beginning of a text that is scrolled to the window's top before the press.
    """

    name: str
    address: str
    press: Callable[[Page], None]
    command: str
    rounds: int = 3
    top: str = ""


CASES = {
    "wide-200": Case(
        "Wide vs Deep, budget 100 → 200",
        "wide-vs-deep?budget=100&seed={round}000",
        slider("Parameter budget"),
        "wide-vs-deep --budget 200 --seed {round}000",
        rounds=5,
    ),
    "wide-1000": Case(
        "Wide vs Deep, budget 500 → 1000",
        "wide-vs-deep?budget=500&seed={round}000",
        slider("Parameter budget"),
        "wide-vs-deep --budget 1000 --seed {round}000",
    ),
    "polynomial": Case(
        "Polynomial Features, degree 50 → 51",
        "polynomial-features?seed={round}000",
        slider("Degree"),
        "polynomial --degree 51 --seed {round}000",
    ),
    "initialization": Case(
        "Initialization, 10 gains, seeds 3 → 4",
        "initialization?seeds=3&seed={round}000",
        slider("Seeds"),
        "gain-sweep --seeds 4 --seed {round}000",
    ),
    "trainability": Case(
        "Initialization, its grid of trained networks",
        # The grid has no seed; a rate of its own makes it a new one.
        "initialization?gains=2&seeds=1&grid_learning_rate=0.01{round:02}",
        switch("Train the grid"),
        "trainability --learning-rate 0.01{round:02}",
        top="Train the grid",
    ),
    "animal-faces": Case(
        "Animal Faces, 30 epochs, both, rotation 9 → 9.45",
        "animal-faces?degrees=9&seed={round}000",
        slider("Rotation"),
        "animal-faces --degrees 9.45 --seed {round}000",
        top="What the first layer looks for",
    ),
}
# The first case again, between results that are there.
CACHED = "cached"


@dataclass(frozen=True)
class Answer:
    """What a press brought.

    Attributes:
        drawn: seconds from it to each drawing of a figure in sight.
        filters: of these, a grid of the first layer's filters.
    """

    drawn: list[float]
    filters: list[float]


def stand_still(page: Page) -> None:
    """Wait until the runs of a page have finished, it has heard of that, and all is drawn."""
    page.wait_for_function(IS_STILL, arg=STILL, timeout=PATIENCE, polling=250)
    expect(page.get_by_role("button", name="Pause")).to_be_disabled(timeout=PATIENCE)


def ask(page: Page, press: Callable[[Page], None]) -> Answer:
    """Press, and wait for the answer."""
    page.evaluate(ARM)
    press(page)
    stand_still(page)
    return answer(page.evaluate(READ))


def answer(drawn: Sequence[dict[str, Any]]) -> Answer:
    """What the page tells of its figures.

    Raises:
        RuntimeError: none was drawn in sight.
    """
    if not drawn:
        raise RuntimeError("no figure in sight was drawn: the press changed nothing there")
    seconds = [one["seconds"] for one in drawn]
    return Answer(seconds, [one["seconds"] for one in drawn if one["filters"]])


def visit(page: Page, url: str, case: Case, number: int) -> None:
    """Open a case's page in a round, and wait for what it shows first."""
    page.goto(f"{url}/{case.address.format(round=number)}")
    stand_still(page)
    if case.top:
        page.get_by_text(case.top).first.evaluate("(one) => one.scrollIntoView()")


def measure(page: Page, url: str, case: Case, rounds: int) -> list[Answer]:
    """The answers of a case's rounds."""
    answers = []
    for number in range(1, 1 + rounds):
        visit(page, url, case, number)
        answers.append(ask(page, case.press))
    return answers


def measure_cached(page: Page, url: str, rounds: int) -> list[Answer]:
    """The answers of presses back and forth between two results."""
    case = CASES["wide-200"]
    visit(page, url, case, 99)
    ask(page, case.press)
    keys = ("ArrowLeft", "ArrowRight")
    return [ask(page, slider("Parameter budget", keys[i % 2])) for i in range(rounds)]


def seconds(command: str) -> float:
    """What the command line reports for a config."""
    line = [sys.executable, "-m", "mlpcore", *command.split(), "--quiet", "--json", "-"]
    done = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout)["seconds"])


def row(name: str, answers: Sequence[Answer], alone: Sequence[float]) -> str:
    """A line of the table.

    Args:
        name: of the press.
        answers: of its rounds.
        alone: seconds of the command line; none where it has nothing to compute.
    """
    last = [one.drawn[-1] for one in answers]
    cells = [name, f"{len(answers)}", spread([one.drawn[0] for one in answers], 2), spread(last, 2)]
    cells += [spread(alone, 2), f"{np.median(last) / np.median(alone):.1f}"] if alone else ["–"] * 2
    return f"| {' | '.join(cells)} |"


def filters(answers: Sequence[Answer]) -> str:
    """How the filters of the first layer come, in a line."""
    first = spread([one.filters[0] for one in answers], 2)
    often = pace([one.filters for one in answers])
    return f"Filters of the first layer: after {first} s, updates a second: {often}."


def options() -> argparse.Namespace:
    """What the command line asks for."""
    names = [*CASES, CACHED]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.answers", description="How long a learner waits for an answer."
    )
    parser.add_argument(
        "--only", help=f"Cases, joined by commas, of {', '.join(names)}.", default=",".join(names)
    )
    parser.add_argument("--rounds", type=int, help="Of each case; default 3, of the first two 5.")
    chosen = parser.parse_args()
    chosen.only = chosen.only.split(",")
    if strange := [name for name in chosen.only if name not in names]:
        parser.error(f"no such case: {', '.join(strange)}")
    return chosen


def main() -> None:
    """Measure and print."""
    chosen = options()
    about = describe()
    answers: dict[str, list[Answer]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder) / "log") as app,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        # Waiting for a function evaluates text, which the app's policy forbids.
        page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
        page.set_default_timeout(120_000)
        page.add_init_script(WATCH)
        # Faces are drawn once, and kept.
        page.goto(f"{app.url}/animal-faces?epochs=1")
        stand_still(page)
        for name in chosen.only:
            if name == CACHED:
                answers[name] = measure_cached(page, app.url, chosen.rounds or 5)
            else:
                case = CASES[name]
                answers[name] = measure(page, app.url, case, chosen.rounds or case.rounds)
        browser.close()
    print(f"{about}; seconds, median (least to most).\n")
    print("| press | rounds | first | answer | command line | ratio |\n|---|---|---|---|---|---|")
    for name, measured in answers.items():
        if name == CACHED:
            print(row("Wide vs Deep, budget 100 ↔ 200, cached", measured, []))
            continue
        rounds = range(1, 1 + len(measured))
        alone = [seconds(CASES[name].command.format(round=number)) for number in rounds]
        print(row(CASES[name].name, measured, alone), flush=True)
    if "animal-faces" in answers:
        print(f"\n{filters(answers['animal-faces'])}")


if __name__ == "__main__":
    main()
