"""The files of a folder or a zip archive that nobody has vetted, read without unpacking.

Nothing is written to the disk, no link is followed, and there are limits on everything that grows.
"""

import io
import os
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from mlpcore.params import ParameterError
from mlpcore.texts import encodable, printable

MOST_ENTRIES = 50_000
MOST_DEPTH = 20
# Unpacked bytes of one file, and of all.
MOST_FILE_BYTES, MOST_BYTES = 1 << 25, 1 << 33
# Bit of an entry's flags.
ENCRYPTED = 1

Parts = tuple[str, ...]


@dataclass(frozen=True)
class FileTree:
    """What a folder or an archive holds.

    Attributes:
        name: of the source, for messages.
        files: how to read each file's bytes, by the parts of its path.
        folders: the parts of every folder's path, () for the root. Letters are composed (NFC):
            macOS writes ä as a and two dots.
        skipped: what was left out, each with the reason. Hidden files are left out silently.
    """

    name: str
    files: dict[Parts, Callable[[], bytes]] = field(default_factory=dict)
    folders: set[Parts] = field(default_factory=set)
    skipped: list[str] = field(default_factory=list)

    def add(self, parts: Parts, size: int, read: Callable[[], bytes]) -> None:
        """Add a file of ``size`` bytes, unless that is too many or its path will not do."""
        parts = _composed(parts)
        if len(parts) > MOST_DEPTH:
            self.skip(parts[:1], f"a file more than {MOST_DEPTH} folders deep")
        elif size > MOST_FILE_BYTES:
            self.skip(parts, f"{size} bytes, more than {MOST_FILE_BYTES}")
        elif parts in self.files:
            self.skip(parts, "a second file of this name")
        else:
            self.files[parts] = read
            self.add_folder(parts[:-1])

    def add_folder(self, parts: Parts) -> None:
        """Add a folder and those it lies in."""
        parts = _composed(parts)
        if len(parts) <= MOST_DEPTH:
            self.folders.update(parts[:depth] for depth in range(len(parts) + 1))

    def skip(self, parts: Parts, reason: str) -> None:
        """Leave a file out."""
        self.skipped.append(printable(f"{'/'.join(parts)}: {reason}"))

    def refusal(
        self, allowed: str, fix: str, kind: type[ParameterError] = ParameterError
    ) -> ParameterError:
        """The error that says why this source will not do."""
        return kind("data", allowed, self.name, printable(fix))


@contextmanager
def opened(source: Path | bytes) -> Iterator[FileTree]:
    """List a folder or a zip archive; its files can be read while the block lasts.

    Args:
        source: path of a folder or a zip archive, or an archive's bytes.

    Raises:
        ParameterError: ``data`` is neither, or exceeds a limit.
    """
    if isinstance(source, bytes):
        with _opened_zip(io.BytesIO(source), FileTree(f"{len(source)} bytes")) as tree:
            yield tree
        return
    tree = FileTree(str(source))
    allowed = "a folder or a zip archive that can be read"
    try:
        mode = source.stat().st_mode
        file = source.open("rb") if stat.S_ISREG(mode) else None
    except (OSError, ValueError) as error:  # a ValueError is a name no file can have
        raise tree.refusal(allowed, getattr(error, "strerror", None) or str(error)) from error
    if stat.S_ISDIR(mode):
        yield _folder(source, tree)
    elif file is None:  # a device, which may never end
        raise tree.refusal(allowed, "It is neither")
    else:
        with file, _opened_zip(file, tree):
            yield tree


@contextmanager
def _opened_zip(file: BinaryIO, tree: FileTree) -> Iterator[FileTree]:
    try:
        # Entries are counted before zipfile makes an object of each.
        many = _count(file, b"PK\x01\x02") > MOST_ENTRIES
        archive = None if many else zipfile.ZipFile(file)
    except Exception as error:  # whatever the parser makes of hostile bytes
        raise tree.refusal("a zip archive or a folder", f"It cannot be read: {error}") from error
    if archive is None:
        raise tree.refusal(f"an archive of at most {MOST_ENTRIES} entries", "Leave some out")
    with archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise tree.refusal(f"at most {MOST_BYTES} bytes unpacked", "Leave some files out")
        flags = [entry.flag_bits & ENCRYPTED for entry in entries if entry.filename[-1:] != "/"]
        if flags and all(flags):
            fix = "This one has a password: pack its files anew without one"
            raise tree.refusal("a zip archive without a password", fix)
        for entry in entries:
            _add_entry(tree, archive, entry)
        yield tree


def _add_entry(tree: FileTree, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    # In Shift JIS and its like a letter's second byte may look like a backslash.
    path = entry.filename if "/" in entry.filename else entry.filename.replace("\\", "/")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if any(_hidden(part) for part in parts if part != ".."):
        return
    if path.startswith("/") or ".." in parts or ":" in path.split("/")[0]:
        tree.skip((path,), "leads outside the archive")
    elif stat.S_ISLNK(entry.external_attr >> 16):
        tree.skip(parts, "a link")
    elif path.endswith("/"):
        tree.add_folder(parts)
    elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        tree.skip(parts, "compressed by other means than deflate")  # which may unpack to anything
    elif parts:
        tree.add(parts, entry.file_size, partial(_read, archive, entry))


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """A file's bytes: as many as the archive says, whatever they unpack to."""
    with archive.open(entry) as file:
        return file.read(entry.file_size)


def _folder(root: Path, tree: FileTree) -> FileTree:
    entries = total = 0
    for place, folders, files in os.walk(root):
        here = Path(place)
        tree.add_folder(here.relative_to(root).parts)
        folders[:] = sorted(name for name in folders if not _hidden(name))
        names = [*folders, *sorted(files)]
        folders[:] = filter(encodable, folders)
        for name in names:
            path = here / name
            status = path.lstat()
            parts = path.relative_to(root).parts
            entries += 1
            if entries > MOST_ENTRIES:
                raise tree.refusal(f"a folder of at most {MOST_ENTRIES} files", "Leave some out")
            if _hidden(name):
                continue
            if not encodable(name):
                tree.skip(parts, "a name that is not in UTF-8")
                continue
            if stat.S_ISDIR(status.st_mode):
                continue
            if not stat.S_ISREG(status.st_mode):
                tree.skip(parts, "a link" if path.is_symlink() else "no regular file")
                continue
            total += status.st_size
            if total > MOST_BYTES:
                raise tree.refusal(f"at most {MOST_BYTES} bytes", "Leave some files out")
            tree.add(parts, status.st_size, path.read_bytes)
    return tree


def _composed(parts: Parts) -> Parts:
    return tuple(unicodedata.normalize("NFC", part) for part in parts)


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _count(file: BinaryIO, signature: bytes) -> int:
    """How often a signature occurs in a file."""
    count, tail = 0, b""
    while block := file.read(1 << 20):
        count += (tail + block).count(signature)
        tail = (tail + block)[1 - len(signature) :]
    file.seek(0)
    return count
