"""Pictures that are markup: an answer in words, a table."""

from collections.abc import Iterable

from app.figures.drawing import Html, escape


def headline(answer: str, detail: str) -> Html:
    """A page's answer, in bold, and what else to know; both are plain text."""
    return Html(f'<p class="headline"><strong>{escape(answer)}</strong> {escape(detail)}</p>')


def table(caption: str, heads: Iterable[str], rows: Iterable[str]) -> Html:
    """A table. All is markup; a row is a whole ``tr``."""
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    return Html(
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
