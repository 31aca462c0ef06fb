"""One JPEG or PNG file that nobody has vetted, as a 32 × 32 picture."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from mlpcore.datasets.file_tree import MOST_FILE_BYTES, printable
from mlpcore.datasets.pictures import SIDE
from mlpcore.params import ParameterError

MOST_PIXELS = 50_000_000


def read(data: bytes, name: str) -> Tensor:
    """Read a picture, crop it to its middle square and resize it: (32, 32, 3) uint8.

    Args:
        data: the file's bytes.
        name: of the file, for messages.

    Raises:
        ParameterError: ``picture`` is no JPEG or PNG picture, is broken or too large.
    """
    try:
        if len(data) > MOST_FILE_BYTES:
            raise ValueError(f"{len(data)} bytes, more than {MOST_FILE_BYTES}")
        with opened(data) as file:
            return fitted(file)
    except Exception as error:
        raise ParameterError(
            "picture",
            "a JPEG or PNG file that can be read",
            printable(name),
            f"Choose another one ({printable(reason(error))})",
        ) from error


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """Read a file's header; the picture can be decoded while the block lasts.

    Raises:
        ValueError: the picture has too many pixels.
        Exception: decoders raise all sorts on broken bytes; :func:`reason` puts it into words.
    """
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as file:
        width, height = file.size
        if width * height > MOST_PIXELS:
            raise ValueError(f"{width} × {height} pixels, more than {MOST_PIXELS:,}")
        yield file


def fitted(file: Image.Image) -> Tensor:
    """The middle square of an opened picture, resized: (32, 32, 3) uint8."""
    # A JPEG can be decoded at a fraction of its size.
    file.draft("RGB", (4 * SIDE, 4 * SIDE))
    return torch.from_numpy(np.array(ImageOps.fit(_upright_rgb(file), (SIDE, SIDE))))


def reason(error: Exception) -> str:
    """Why a file could not be read, in a line."""
    if isinstance(error, UnidentifiedImageError):
        return "no JPEG or PNG picture"
    if isinstance(error, Image.DecompressionBombError):
        return f"more than {MOST_PIXELS:,} pixels"
    return str(error).partition("\n")[0] or type(error).__name__


def _upright_rgb(image: Image.Image) -> Image.Image:
    """The picture in 8-bit red, green and blue, on white where it is transparent."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow would clip
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
