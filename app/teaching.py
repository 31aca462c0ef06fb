"""Questions to answer before the answer is shown."""

from collections.abc import Sequence

import streamlit as st


def predict(question: str, choices: Sequence[str], right: int, answer: str, key: str) -> None:
    """Ask a question; once a choice is made, say whether it holds and give the answer.

    Args:
        question: Markdown.
        choices: what may be chosen.
        right: place of the right choice.
        answer: Markdown, the explanation.
        key: names the question among the page's widgets.
    """
    st.markdown(f"**{question}**")
    guess = st.radio(
        question,
        choices,
        index=None,
        key=key,
        label_visibility="collapsed",
        persist_state="session",
    )
    if guess is None:
        st.caption("Choose first; then the answer is shown.")
        return
    verdict = "Yes." if guess == choices[right] else f"Rather: *{choices[right]}*"
    st.markdown(f"{verdict}\n\n{answer}")
