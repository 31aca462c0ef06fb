"""The style sheets of every page: sent with the first page, before there is anything to style."""

from pathlib import Path

_APP = Path(__file__).parent
SHEETS = (_APP / "style.css", _APP / "live" / "live.css", _APP / "classroom" / "stage.css")
STYLES = "".join(path.read_text() for path in SHEETS)
