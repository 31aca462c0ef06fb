"""The words around points that somebody brings."""

PROMISE = (
    "Your points stay in this server's memory: they are not written to a disk, and not sent "
    "elsewhere. Whoever has the page's link sees them too, until the server forgets them."
)
FORMAT = (
    "A row for each point: x, y and a label, copied from a spreadsheet or separated by commas, "
    "semicolons, tabs, bars or spaces, with a header or without. Of more columns, three are "
    "chosen. 2 to 8 labels, names or numbers, each on at least 5 points."
)
PREVIEW = "Choose what the networks are to learn."
ENCODING = (
    "The file is not in UTF-8, and letters such as ä or é can only be guessed. If they look wrong "
    "below, choose another one."
)
SCALED = (
    "A fifth of each class is the test set; few points get small batches. Points that do not fill "
    "the maps' square are centred and scaled to fill it, each axis by itself; maps still say your "
    "units."
)
DRAW = (
    "Choose a class; click for a point, drag for several. By keyboard: arrow keys and Enter on "
    "the plane, or *Type or paste*."
)
GONE = "The points this page showed are no longer in the server's memory: bring them again."
PLACEHOLDER = """x, y, label
0.5, 1.2, cat
-0.3, 0.8, dog
…"""
