"""Small colour pictures in a grid: one image for all of them, words on hover or below each."""

import base64
import hashlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.figures.drawing import Figure, Theme, figure
from app.figures.plane import HIDDEN, hot_spots, image
from mlpcore.caches.memory import Kept

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Of a grid's image: no flaw is seen, and 64 filters of noise stay below 100 kB.
QUALITY = 90
# Of one of many that move: a quarter of the bytes, ten times a second. Fine noise is smoothed.
MOVING = 30
# Of images that are kept encoded.
MOST_BYTES = 2 * 2**20
# Room between pictures, for a title above a row, and for words below a picture, in pictures' sides.
GAP, ABOVE, BELOW = 1 / 16, 0.45, 0.85


def weights_as_pixels(filters: Floats, largest: Floats) -> Pixels:
    """Filters of any sign and size as colours, grey being 0.

    Args:
        filters: (N, S, S, 3).
        largest: (N,) or (1,) the absolute weight that gets the brightest colour.
    """
    shares = filters / np.maximum(largest, 1e-12)[:, None, None, None]
    return (127 * shares + 128).astype(np.uint8)


# A network's answers change from moment to moment, but mostly not the pictures they stand below.
_kept: Kept[tuple[tuple[int, ...], bytes], str] = Kept(MOST_BYTES, len)


def webp(pixels: Pixels, quality: int = QUALITY) -> str:
    """Pixels (H, W, 4), red, green, blue and opacity, row 0 on top, as a data URI."""
    name = (*pixels.shape, quality), hashlib.blake2b(pixels.data, digest_size=16).digest()
    source = _kept.get(name)
    if source is None:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "WEBP", quality=quality, method=0)
        source = "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode()
        _kept.keep(name, source)
    return source


def grid(
    pictures: Pixels,
    columns: int,
    theme: Theme,
    *,
    alt: str,
    hover: Sequence[str],
    numbers: Sequence[int] = (),
    titles: Sequence[str] = (),
    below: Sequence[tuple[str, str]] = (),
    caption: str | None = None,
    quality: int = QUALITY,
) -> Figure:
    """Pictures in rows, composed as one image.

    Args:
        pictures: (N, S, S, 3).
        columns: pictures in a row.
        theme: colours.
        alt: what the figure shows, in a sentence.
        hover: words for each picture.
        numbers: what a click on each picture picks, or nothing.
        titles: words above each row, or nothing.
        below: words below each picture and their colour, or nothing.
        caption: markup to stand below the figure.
        quality: of the image, up to 100.
    """
    side = pictures.shape[1]
    gap, above, under = (
        max(1, round(side * GAP)),
        round(side * ABOVE) if titles else 0,
        round(side * BELOW) if below else 0,
    )
    rows = -(-len(pictures) // columns)
    cells = np.zeros((rows * columns, above + side + under + gap, side + gap, 4), np.uint8)
    # Straight alpha: what is between the pictures is transparent.
    drawn_on = cells[: len(pictures), above : above + side, :side]
    for channel in range(3):  # each for itself, for NumPy is slow where its last axis is short
        drawn_on[..., channel] = pictures[..., channel]
    drawn_on[..., 3] = 255
    down, across = cells.shape[1:3]
    pixels = cells.reshape(rows, columns, down, across, 4).swapaxes(1, 2)
    pixels = pixels.reshape(rows * down, columns * across, 4)
    places = [(i % columns * across, -(i // columns) * down - above) for i in range(len(pictures))]
    words = [
        _words(text, x + side / 2, y - side, colour, "center")
        for (text, colour), (x, y) in zip(below, places, strict=False)
    ]
    words += [_words(text, 0, -row * down, theme.muted, "left") for row, text in enumerate(titles)]
    points = hot_spots(
        [x + side / 2 for x, _ in places], [y - side / 2 for _, y in places], hover
    ) | {"customdata": list(numbers)}
    height, width = pixels.shape[:2]
    drawn = figure(
        theme,
        [points],
        alt=alt,
        aspect=width / height,
        caption=caption,
        images=[image(webp(pixels, quality), 0, 0, width, height)],
        annotations=words,
        xaxis={**HIDDEN["xaxis"], "range": [0, width]},
        yaxis={**HIDDEN["yaxis"], "range": [-height, 0]},
    )
    # For the frame that a keyboard moves from picture to picture.
    drawn["layout"]["meta"]["side"] = side
    return drawn


def _words(text: str, x: float, y: float, colour: str, anchor: str) -> dict[str, Any]:
    return {
        "text": text,
        "x": x,
        "y": y,
        "xanchor": anchor,
        "yanchor": "top",
        "align": anchor,
        "showarrow": False,
        "borderpad": 0,
        "font": {"color": colour, "size": 13},
    }
