"""One file of a picture that nobody has vetted, as a 32 × 32 picture."""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile
from torch import Tensor

from mlpcore.datasets.file_tree import MOST_FILE_BYTES
from mlpcore.datasets.pictures import SIDE
from mlpcore.params import ParameterError
from mlpcore.texts import printable

# What is read, of moving pictures the first.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
KINDS = "JPEG, PNG, WebP, GIF, BMP or TIFF"
# What phones write instead, by the brands in a file's first bytes.
_PHONES = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), "HEIC"),
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
}
MOST_PIXELS = 50_000_000
# Pixels times scans of a JPEG: each scan of a progressive one takes time, and may be a few bytes.
MOST_SCANNED = 5_000_000_000

# Large pictures take hundreds of megabytes while they are decoded, and what decoders warn of is
# silenced for the whole process.
_one_at_a_time = threading.Lock()


def read(data: bytes, name: str) -> Tensor:
    """Read a picture, crop it to its middle square and resize it: (32, 32, 3) uint8.

    Args:
        data: the file's bytes.
        name: of the file, for messages.

    Raises:
        ParameterError: ``picture`` is no picture that is read, is broken or too large.
    """
    try:
        if len(data) > MOST_FILE_BYTES:
            raise ValueError(f"{len(data)} bytes, more than {MOST_FILE_BYTES}")
        with opened(data) as file:
            return fitted(file)
    except Exception as error:
        raise ParameterError(
            "picture",
            f"a {KINDS} file that can be read",
            printable(name),
            f"Choose another one ({printable(reason(error))})",
        ) from error


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """Read a file's header; the picture can be decoded while the block lasts.

    One block at a time lasts in this process.

    Raises:
        ValueError: the picture has too many pixels or scans, or is of a phone's own kind.
        Exception: decoders raise all sorts on broken bytes; :func:`reason` puts it into words.
    """
    phone = _PHONES.get(data[8:12]) if data[4:8] == b"ftyp" else None
    if phone:
        raise ValueError(f"this is {phone}, as phones take it: export or share it as JPEG")
    with (
        _one_at_a_time,
        warnings.catch_warnings(action="ignore"),
        Image.open(io.BytesIO(data), formats=FORMATS) as file,
    ):
        width, height = file.size
        if width * height > MOST_PIXELS:
            raise ValueError(f"{width} × {height} pixels, more than {MOST_PIXELS:,}")
        scans = data.count(b"\xff\xda") if isinstance(file, JpegImageFile) else 1
        if width * height * scans > MOST_SCANNED:
            raise ValueError(f"{scans} scans of {width} × {height} pixels")
        if "jpeg" in str(file.info.get("compression")):  # whose scans are not counted
            raise ValueError("a TIFF compressed as JPEG: save it as JPEG")
        yield file


def fitted(file: Image.Image) -> Tensor:
    """The middle square of an opened picture, resized, on white: (32, 32, 3) uint8."""
    # A JPEG can be decoded at a fraction of its size.
    file.draft("RGB", (4 * SIDE, 4 * SIDE))
    ImageOps.exif_transpose(file, in_place=True)
    small = ImageOps.fit(_in_colour(file), (SIDE, SIDE))
    if small.mode == "RGBA":
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    return torch.from_numpy(np.array(small))


def reason(error: Exception) -> str:
    """Why a file could not be read, in a line."""
    if isinstance(error, UnidentifiedImageError):
        return f"no {KINDS} picture"
    if isinstance(error, Image.DecompressionBombError):
        return f"more than {MOST_PIXELS:,} pixels"
    return str(error).partition("\n")[0] or type(error).__name__


def _in_colour(image: Image.Image) -> Image.Image:
    """The picture in 8-bit red, green and blue, with its opacity if it has any."""
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow would clip
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)
