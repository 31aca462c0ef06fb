"""A question that a class answers on its phones, beside who asks it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import streamlit as st

from app import visit
from app.figures.drawing import escape
from app.figures.words import count
from app.polls.poll import Poll, polls
from app.polls.route import PREFIX, markup
from app.results.share import HERE, qr_code
from app.scripts import script
from app.texts import polls as texts

_HERE = Path(__file__).parent
_HTML = '<div class="mlp-asked"></div>'
_JS, _CSS = script(_HERE / "polling.js"), (_HERE / "polling.css").read_text()


@dataclass
class Asking:
    """What this visit asks a class.

    Attributes:
        poll: once it has asked something; the class's phones stay with it.
        key: names the question that is open.
        silent: whether the answer was to be shown and nobody had answered.
    """

    poll: Poll | None = None
    key: str = ""
    silent: bool = False


def asks(key: str) -> bool:
    """Whether a class is asked this question now."""
    return visit.of(Asking).key == key


def offer(question: str, choices: Sequence[str], key: str) -> None:
    """Draw the button that asks a class.

    Args:
        question: Markdown.
        choices: Markdown of each, in the order they are shown.
        key: names the question.
    """
    st.button(
        texts.ASK,
        icon=":material/groups:",
        type="tertiary",
        help=texts.ABOUT,
        on_click=_ask,
        args=(question, tuple(choices), key),
        key=f"{key} poll",
    )


def listen(key: str, heard: Callable[[dict[str, int]], None]) -> None:
    """Draw the way to a question for phones, what they answer so far, and what ends it.

    Args:
        key: names the question, which is asked.
        heard: called with each choice and how many chose it, when the answer is to be shown.
    """
    asking = visit.of(Asking)
    poll = asking.poll
    assert poll is not None
    link = urljoin(st.context.url or "", f".{PREFIX}/{poll.code}")
    st.components.v2.component("mlp_poll", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)(
        data={
            "counts": f"{urlsplit(link).path}/counts?key={poll.key}",
            "html": _open(link, poll),
        },
        key=f"{key} open",
    )
    if urlsplit(link).hostname in HERE:
        st.warning(texts.HERE, icon=":material/link_off:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            texts.SHOW, type="primary", on_click=_show, args=(heard,), key=f"{key} show answer"
        )
        st.button(texts.STOP, type="tertiary", help=texts.STOPS, on_click=stop, key=f"{key} stop")
        if asking.silent:
            st.caption(texts.SILENT)


def result(counts: Mapping[str, int], right: str) -> None:
    """Draw how many chose each choice, with a mark at the right one."""
    st.html(f"<style>{_CSS}</style>{_bars(counts, right)}")


def stop() -> None:
    """Ask the class nothing any more; its phones are told. From a callback."""
    asking = visit.of(Asking)
    asking.poll, asking.key, asking.silent = None, "", False


def _ask(question: str, choices: tuple[str, ...], key: str) -> None:
    asking = visit.of(Asking)
    asking.poll = asking.poll or polls.start()
    asking.poll.ask(question, choices)
    asking.key, asking.silent = key, False


def _show(heard: Callable[[dict[str, int]], None]) -> None:
    asking = visit.of(Asking)
    if asking.poll is None:
        return
    asking.silent = not any(asking.poll.counts)
    if not asking.silent:
        asking.key = ""
        asking.poll.close()
        heard(_counts(asking.poll))


def _counts(poll: Poll) -> dict[str, int]:
    """Choice → how many chose it, in the order they are shown."""
    return dict(zip(poll.asked.choices, poll.counts, strict=True))


def _open(link: str, poll: Poll) -> str:
    way = escape(link.removesuffix(poll.code)) + f"<strong>{poll.code}</strong>"
    picture = qr_code(link)
    image = f'<img class="qr" src="{escape(picture)}" alt="{texts.QR}">' if picture else ""
    return f'<div class="mlp-way">{image}<p>{way}</p></div>{_bars(_counts(poll))}'


def _bars(counts: Mapping[str, int], right: str | None = None) -> str:
    total = sum(counts.values())
    rows = "".join(
        f"<li{' class=right' if choice == right else ''}><p>{markup(choice)}</p>"
        f'<span class="bar" style="width: {100 * number / max(total, 1):.1f}%"></span>'
        f"<b>{number}</b></li>"
        for choice, number in counts.items()
    )
    words = count(total, "answer")
    return f'<div class="mlp-poll"><ul>{rows}</ul><p class="total" role="status">{words}</p></div>'
