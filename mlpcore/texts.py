"""Texts of strangers: what may be stored and shown of them."""


def printable(text: str, most: int | None = None) -> str:
    """A text without what would steer a terminal, and no longer than ``most`` letters and a dot."""
    if most is not None and len(text) > most:
        text = f"{text[:most]}…"
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def encodable(text: str) -> bool:
    """Whether a text is made of whole letters, so that it can be sent anywhere."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
