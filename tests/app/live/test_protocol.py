"""What is written down of the protocol holds on both sides."""

import inspect
import json
from dataclasses import asdict
from enum import EnumType
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from app.live import protocol
from app.live.protocol import Answer, Question, fits

TYPES = Path(protocol.__file__).parent / "browser" / "protocol.d.ts"
PLAIN = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    NoneType: "null",
    Any: "unknown",
}

QUESTION = {"watcher": "w", "slot": "main", "placed": "a", "theme": "light"}
PICTURE = {"kind": "html", "parts": ["a"], "new": {"a": "words"}}
LINE = {"state": "running", "words": "epoch 1", "progress": 0.5}
ANSWER = {"job": "a", "version": 1, "status": LINE, "spent": 2, "views": {"v": PICTURE}}


def script(kind):
    """A type of Python's as one of TypeScript's."""
    inner = [script(one) for one in get_args(kind) if get_origin(kind) is not Literal]
    if get_origin(kind) is list:
        return f"{inner[0]}[]"
    if get_origin(kind) is dict:
        return f"Record<{', '.join(inner)}>"
    if isinstance(kind, EnumType) or get_origin(kind) is Literal:
        return " | ".join(json.dumps(value) for value in get_args(kind) or list(kind))
    return " | ".join(inner) or PLAIN.get(kind) or kind.__name__


def interface(kind):
    optional = getattr(kind, "__optional_keys__", ())
    fields = "".join(
        f"  {name}{'?' * (name in optional)}: {script(one)};\n"
        for name, one in get_type_hints(kind).items()
    )
    return f"export interface {kind.__name__} {{\n{fields}}}\n"


def test_the_browsers_types_are_those_of_the_protocol():
    kinds = [kind for kind in vars(protocol).values() if inspect.isclass(kind)]
    ours = [kind for kind in kinds if kind.__module__ == protocol.__name__]
    expected = [interface(kind) for kind in ours if kind is not protocol.BadRequest]
    assert TYPES.read_text() == "\n".join(["// What app/live/protocol.py says.\n", *expected])


def test_a_question_that_is_read_fits():
    question = Question.read(json.dumps(QUESTION).encode())
    for name, kind in get_type_hints(Question).items():
        assert fits(asdict(question)[name], kind)


@pytest.mark.parametrize("answer", [ANSWER, ANSWER | {"views": {}}])
def test_answers_that_fit(answer):
    assert fits(answer, Answer)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        ANSWER | {"more": 1},
        {name: value for name, value in ANSWER.items() if name != "spent"},
        ANSWER | {"version": True},
        ANSWER | {"version": "1"},
        ANSWER | {"status": LINE | {"state": "lost"}},
        ANSWER | {"status": LINE | {"moments": {"shown": 0}}},
        ANSWER | {"views": {"v": PICTURE | {"kind": "picture"}}},
        ANSWER | {"views": {"v": PICTURE | {"parts": [1]}}},
    ],
)
def test_answers_that_do_not(answer):
    assert not fits(answer, Answer)
