"""The words of the list of runs."""

LIST = "The runs of this visit on this page, the latest first. Choose one to return."
UNFINISHED = "Not finished."
TABLE = "In a table"
TITLE = "Runs of this visit"
SORT = (
    "One row a run, the latest first, with the parameters in which they differ and what was "
    "measured. A click on a heading sorts; choose a row to return to that run. The toolbar above "
    "it saves the table."
)
ANSWER = "What came of it"
RETURN = "Return to this run"
