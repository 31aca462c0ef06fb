"""Pictures from a folder or a zip archive in the ImageFolder layout.

The layout is ``train/CLASS/PICTURE`` with ``val/CLASS/PICTURE`` beside it, or ``CLASS/PICTURE``
alone; either may lie deeper. Pictures may have any size, and nobody has vetted them.
"""

import itertools
from pathlib import Path
from posixpath import commonpath

import torch
from torch import Tensor

from mlpcore.datasets import image_file
from mlpcore.datasets.file_tree import FileTree, Parts, opened
from mlpcore.datasets.pictures import SIDE, Pictures, Progress
from mlpcore.params import ParameterError

FEWEST_CLASSES, MOST_CLASSES = 2, 20
# Of a class's name, which stands in every figure.
MOST_LETTERS = 100
# Each takes 3 kB of memory, and 12 kB where it is learnt.
MOST_PICTURES = 20_000
# Pixels of all pictures.
MOST_TOTAL_PIXELS = 10_000_000_000
# Share of each class that becomes the validation set where train is split, and seed of the choice.
VAL_SHARE, VAL_SEED = 0.2, 0
# Of names that are taken for pictures; what they are is told by their bytes.
SUFFIXES = (
    *(".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
    *(".heic", ".heif", ".avif"),
)
_SPLIT = "split train: a fifth of each of its classes takes the place of val"


class UnlikeSets(ParameterError):
    """A class has pictures in ``train`` or in ``val``, and not in both: ``train`` can be split."""


def load(
    source: Path | bytes, progress: Progress = lambda share: None, split_train: bool = False
) -> Pictures:
    """Read pictures, crop each to its middle square and resize it to 32 × 32.

    What is no picture that is read, is broken, too large, a link or leads outside is left out, and
    :attr:`Pictures.skipped` names it. Without ``val``, a fifth of each class is the validation set,
    the same whenever these pictures are read.

    Args:
        source: path of a folder or a zip archive, or an archive's bytes.
        progress: is told the share of the files read.
        split_train: whether to leave ``val`` out and split ``train`` in its place.

    Raises:
        UnlikeSets: train and val have not the same classes, each with pictures.
        ParameterError: ``data`` is neither, exceeds a limit, or has not 2 to 20 classes, each with
            pictures in both sets.
    """
    with opened(source) as tree:
        roots = _roots(tree)
        if split_train and len(roots) == 2:
            left_out = roots.pop()
            for path in [path for path in tree.files if path[: len(left_out)] == left_out]:
                del tree.files[path]
        classes = _classes(tree, roots)
        members: dict[Parts, list[Parts]] = {(*r, name): [] for r in roots for name in classes}
        depth = len(roots[0]) + 1
        for path in sorted(tree.files):
            if path[:depth] in members:
                members[path[:depth]].append(path)
            else:
                tree.skip(path, "in no class's folder")
        total = sum(map(len, members.values()))
        if total > MOST_PICTURES:
            raise tree.refusal(f"at most {MOST_PICTURES:,} pictures", f"It has {total:,}")
        decoder = _Decoder(tree, total, progress)
        sets = [decoder.decode(paths) for paths in members.values()]
    fewest = 1 if len(roots) == 2 else 2
    for place, (folder, images) in enumerate(zip(members, sets, strict=True)):
        if len(images) < fewest:
            allowed = f"at least {fewest} readable {image_file.KINDS} in each class's folder"
            has = f"{'/'.join(folder)}: it has {len(images)}{_why(tree, folder)}"
            if place >= len(classes):
                raise tree.refusal(allowed, f"Fill {has}. Or {_SPLIT}", UnlikeSets)
            raise tree.refusal(allowed, f"Fill or remove {has}")
    train, val = (sets[: len(classes)], sets[len(classes) :]) if len(roots) == 2 else _divided(sets)
    return Pictures.in_order(
        torch.cat([*train, *val]),
        classes,
        counts=([len(images) for images in train], [len(images) for images in val]),
        skipped=tree.skipped,
        resized=decoder.resized,
        split_train=split_train,
    )


def _roots(tree: FileTree) -> list[Parts]:
    """The folders that hold the classes' folders: train and val, or the only one."""
    pictures = [parts for parts in tree.files if parts[-1].lower().endswith(SUFFIXES)]
    if not pictures:
        raise tree.refusal(
            f"a folder or a zip archive of {image_file.KINDS} pictures",
            "Put a folder a class into it",
        )
    trains = {
        parts[: depth + 1]
        for parts in pictures
        for depth in range(len(parts) - 2)
        if parts[depth] == "train"
    }
    if trains:
        train = min(trains, key=lambda parts: (len(parts), parts))
        val = (*train[:-1], "val")
        return [train, val] if val in tree.folders else [train]
    folders = {"/".join(parts[:-1]) for parts in pictures}
    shared = tuple(filter(None, commonpath(folders).split("/")))
    return [shared if len(folders) > 1 else shared[:-1]]


def _classes(tree: FileTree, roots: list[Parts]) -> list[str]:
    """Names of the classes' folders, the same in every root."""
    names, *others = (
        sorted(parts[-1] for parts in tree.folders if parts[:-1] == root and len(parts) > len(root))
        for root in roots
    )
    allowed = f"{FEWEST_CLASSES} to {MOST_CLASSES} folders of pictures, one a class"
    if not names:
        fix = "Its pictures lie in no folder. Put those of each class into one that has its name"
        raise tree.refusal(allowed, f"{fix}, such as cat/1.jpg and dog/1.jpg")
    if not FEWEST_CLASSES <= len(names) <= MOST_CLASSES:
        fix = f"Add or remove some: it has {len(names)} ({', '.join(names)[:200]})"
        raise tree.refusal(allowed, fix)
    if max(map(len, names)) > MOST_LETTERS:
        raise tree.refusal(
            f"folders with names of at most {MOST_LETTERS} letters", "Rename those of classes"
        )
    for other in others:
        lacking = [
            f"{root[-1]} has no folder {', '.join(sorted(lacks))[:200]}"
            for root, lacks in zip(
                roots, (set(other) - set(names), set(names) - set(other)), strict=True
            )
            if lacks
        ]
        if lacking:
            fix = f"{'; '.join(lacking)}. Add it, or {_SPLIT}"
            raise tree.refusal("the same classes in train and val", fix, UnlikeSets)
    return names


def _why(tree: FileTree, folder: Parts) -> str:
    """Why a folder has too few pictures, if one of them was left out."""
    left_out = (line for line in tree.skipped if line.startswith("/".join(folder) + "/"))
    return "".join(f" ({line[:200]})" for line in itertools.islice(left_out, 1))


def _divided(sets: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """Each class's pictures cut into training and validation set."""
    generator = torch.Generator().manual_seed(VAL_SEED)
    train, val = [], []
    for images in sets:
        order = torch.randperm(len(images), generator=generator)
        held = max(1, round(VAL_SHARE * len(images)))
        val.append(images[order[:held].sort().values])
        train.append(images[order[held:].sort().values])
    return train, val


class _Decoder:
    """Turns files into pictures.

    Args:
        tree: what holds the files.
        total: number of files that will come.
        progress: is told the share of them read.

    Attributes:
        resized: pictures that were not 32 × 32.
    """

    def __init__(self, tree: FileTree, total: int, progress: Progress) -> None:
        self.tree, self.total, self.progress = tree, total, progress
        self.resized = self._tried = self._pixels = 0

    def decode(self, paths: list[Parts]) -> Tensor:
        """The pictures in these files, (N, 32, 32, 3) uint8, without what must be left out."""
        images = [torch.empty(0, SIDE, SIDE, 3, dtype=torch.uint8)]
        for path in paths:
            try:
                images.append(self._decode(self.tree.files[path]())[None])
            except ParameterError:
                raise
            except Exception as error:
                self.tree.skip(path, image_file.reason(error))
            self._tried += 1
            self.progress(self._tried / self.total)
        return torch.cat(images)

    def _decode(self, data: bytes) -> Tensor:
        with image_file.opened(data) as file:
            self._pixels += file.width * file.height
            if self._pixels > MOST_TOTAL_PIXELS:
                raise self.tree.refusal(
                    f"at most {MOST_TOTAL_PIXELS} pixels in all", "Leave some out or shrink them"
                )
            self.resized += file.size != (SIDE, SIDE)
            return image_file.fitted(file)
