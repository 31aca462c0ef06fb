"""The words of a lesson's end."""

HEAD = "What you said, and what came of it"
PRINT = "To keep it or hand it out, print this page with the browser (Ctrl P or ⌘ P)."
SCORE = "**{right} of {known}** right."
OPEN = "Not answered: {open}."
UNMEASURED = "Not measured: {unmeasured}."
CLOSE = (
    "A number that was guessed counts as right if it is off by a tenth of what could be said at "
    "most, a curve if it is on average. The score is this visit's, and is kept nowhere else."
)
NOT_ANSWERED = "Not answered yet."
NOT_MEASURED = "Not measured yet: its run has to finish."
ANSWER = "Answer it"
MEASURE = "Let it run"
GUESSED, MEASURED = "you said", "measured"
NEXT = "What to explore next"
