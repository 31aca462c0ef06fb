"""What a class is asked, and what it says.

A poll lives as long as the visit that asks: nothing else holds it, and nothing is written down.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from weakref import WeakValueDictionary

# Of what a code consists: letters that nobody takes for others.
LETTERS, LENGTH = "abcdefghjkmnpqrstuvwxyz", 6
# Browsers that one question hears.
MOST_BROWSERS = 1000


@dataclass(frozen=True)
class Asked:
    """A question as the phones have it.

    Attributes:
        turn: its number among a poll's questions, from 1; 0 before the first.
        question: Markdown.
        choices: Markdown of each.
        open: whether it may still be answered.
    """

    turn: int = 0
    question: str = ""
    choices: tuple[str, ...] = ()
    open: bool = False


@dataclass(eq=False)
class Poll:
    """Questions that are asked one after another under one code.

    Attributes:
        code: who has it may answer.
        key: who has it sees the counts.
        asked: the latest question.
    """

    code: str
    key: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    asked: Asked = Asked()
    _answers: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def ask(self, question: str, choices: Sequence[str]) -> None:
        """Ask the next question; nobody has answered it."""
        with self._lock:
            self._answers.clear()
            self.asked = Asked(self.asked.turn + 1, question, tuple(choices), open=True)

    def close(self) -> None:
        """Take no more answers to the question."""
        with self._lock:
            self.asked = replace(self.asked, open=False)

    def answer(self, browser: str, turn: int, choice: int) -> bool:
        """Take a browser's answer, which replaces the one it gave before.

        Args:
            browser: its name.
            turn: of the question that is answered.
            choice: its place, from 0.

        Returns:
            Whether it counts: if the question is the open one, has that choice, and has not heard
            :data:`MOST_BROWSERS` others.
        """
        with self._lock:
            asked, heard = self.asked, self._answers
            here = browser in heard or len(heard) < MOST_BROWSERS
            counts = asked.open and asked.turn == turn and 0 <= choice < len(asked.choices) and here
            if counts:
                heard[browser] = choice
            return counts

    def given(self, browser: str) -> int | None:
        """What a browser has answered to the question, if anything."""
        with self._lock:
            return self._answers.get(browser)

    @property
    def counts(self) -> list[int]:
        """How many browsers chose each choice."""
        with self._lock:
            given = Counter(self._answers.values())
            return [given[choice] for choice in range(len(self.asked.choices))]


class Polls:
    """All polls of this process, by their codes."""

    def __init__(self) -> None:
        self._polls: WeakValueDictionary[str, Poll] = WeakValueDictionary()
        self._lock = Lock()

    def start(self) -> Poll:
        """A new poll, which is found as long as the caller keeps it."""
        with self._lock:
            while (code := "".join(secrets.choice(LETTERS) for _ in range(LENGTH))) in self._polls:
                pass
            poll = self._polls[code] = Poll(code)
        return poll

    def find(self, code: str) -> Poll | None:
        """The poll of a code, in letters of either case; None if there is none now."""
        return self._polls.get(code.lower())


class Allowance:
    """So many things a second, and some more at once after a rest.

    Args:
        rate: a second, on average.
        most: at once.
        clock: seconds that never go back.
    """

    def __init__(self, rate: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.most, self.clock = rate, most, clock
        self._left, self._then = float(most), clock()

    def take(self) -> bool:
        """Whether one more is allowed now; it is then counted."""
        now = self.clock()
        self._left = min(float(self.most), self._left + (now - self._then) * self.rate)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


polls = Polls()
