"""AnimalFaces32x32: 16,130 photographs of cats, dogs and wild animals at 32 × 32.

AFHQ v1 (Choi et al. 2020, arXiv:1912.01865; NAVER Corp., CC BY-NC 4.0), resized; the data of
Neuromatch W1D3, tutorial 2. The archive is downloaded once and its pictures are kept decoded.
"""

import os
import threading
import urllib.request
import zipfile
from http.client import HTTPException
from pathlib import Path
from typing import IO

import torch

from mlpcore.caches import disk
from mlpcore.datasets import image_folder
from mlpcore.datasets.pictures import SIDE, Pictures, Progress
from mlpcore.params import ParameterError

CLASSES = ("cat", "dog", "wild")
# Pictures of each class in the training and in the validation set.
COUNTS = ([5153, 4739, 4738], [500, 500, 500])
SHAPE = (sum(map(sum, COUNTS)), SIDE, SIDE, 3)

ADDRESSES = (
    "https://osf.io/kgfvj/download",
    "https://raw.githubusercontent.com/arashash/AnimalFaces32x32/main/afhq_32x32.zip",
)
# An environment variable: true if nothing may be fetched.
OFFLINE = "MLP_EXPLORER_OFFLINE"
ARCHIVE, ARRAY = "afhq_32x32.zip", "afhq_32x32.npy"

# Seconds without a byte after which an address is given up.
TIMEOUT = 20.0
MOST_BYTES = 1 << 28
BLOCK = 1 << 16
# Share of the progress that the download is; the rest is decoding.
DOWNLOAD_SHARE = 0.8

_lock = threading.Lock()


class DownloadError(Exception):
    """No address gave the archive, or what is in its place is another. The text is for everybody.

    Args:
        details: why each address did not, and where on this machine to save the archive: a note
            for those who run it, which tracebacks end with.
    """

    def __init__(self, details: str) -> None:
        super().__init__("The real photographs could not be loaded; drawn faces need no download.")
        self.add_note(details)


def offline() -> bool:
    """Whether nothing may be fetched, as :data:`OFFLINE` says."""
    return os.environ.get(OFFLINE, "").strip().lower() == "true"


def cached() -> bool:
    """Whether :func:`load` needs no network."""
    return disk.there(ARRAY) or disk.there(ARCHIVE)


def load(progress: Progress = lambda share: None) -> Pictures:
    """The pictures: from the cache, else from the archive there, else from the network.

    Args:
        progress: is told the share of the work done.

    Raises:
        DownloadError: no address gave the archive, or the one in the cache is another.
    """
    with _lock:
        images = disk.load(ARRAY, SHAPE)
        if images is not None:
            return Pictures.in_order(torch.from_numpy(images), CLASSES, COUNTS)
        archive = disk.folder() / ARCHIVE
        take = read if disk.there(ARCHIVE) else _download
        try:
            pictures = take(archive, progress)
        except ParameterError as error:
            raise DownloadError(str(error)) from error
        disk.save(ARRAY, pictures.images.numpy())
        return pictures


def read(archive: Path, progress: Progress = lambda share: None) -> Pictures:
    """Read the archive, and check that it holds what it should.

    Args:
        archive: its path.
        progress: is told the share of the pictures read.

    Raises:
        ParameterError: it is not a zip archive of pictures, or holds others than it should.
    """
    pictures = image_folder.load(archive, progress)
    found = (pictures.classes, pictures.counts, pictures.resized)
    if found != (CLASSES, COUNTS, 0):
        raise ParameterError(
            "archive",
            f"{COUNTS} pictures of {CLASSES} to train and to validate, none of another size",
            found,
            f"Remove {archive} to download it again",
        )
    return pictures


def _download(archive: Path, progress: Progress) -> Pictures:
    """Fetch the archive from the first address that has it."""
    if offline():
        raise DownloadError(
            f"{OFFLINE} is true: nothing is fetched. Save the archive as {archive}."
        )
    problems = []
    for address in ADDRESSES:
        try:
            with disk.replacing(archive) as file:
                _fetch(address, file, lambda share: progress(DOWNLOAD_SHARE * share))
                return read(
                    Path(file.name),
                    lambda share: progress(DOWNLOAD_SHARE + (1 - DOWNLOAD_SHARE) * share),
                )
        except (OSError, HTTPException, ValueError) as error:
            problems.append(f"{address}: {' '.join(str(error).split())}.")
    raise DownloadError("\n".join([*problems, f"Save the archive as {archive}."]))


def _fetch(address: str, file: IO[bytes], progress: Progress) -> None:
    """Write what an address gives to a file."""
    with urllib.request.urlopen(address, timeout=TIMEOUT) as response:
        length = response.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() else 0
        kind = response.headers.get_content_type()
        got = 0
        while block := response.read1(BLOCK):
            got += len(block)
            if got > MOST_BYTES:
                raise ValueError(f"it sends more than {MOST_BYTES} bytes")
            file.write(block)
            if size:
                progress(got / size)
    if got < size:
        raise ValueError(f"it broke off after {got} of {size} bytes")
    file.flush()
    if not zipfile.is_zipfile(file):
        raise ValueError(f"it sent {got} bytes of {kind} that are not a zip archive")
