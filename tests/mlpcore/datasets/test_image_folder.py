"""Pictures from folders and archives: layouts, picture formats, broken and hostile files."""

import contextlib
import io
import struct
import unicodedata
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mlpcore.datasets import image_folder
from mlpcore.params import ParameterError


def decoded(data):
    return np.array(Image.open(io.BytesIO(data)))


def test_train_and_val_are_found_below_other_folders(zipped, good_files, encode):
    pictures = image_folder.load(
        zipped(good_files | {"__MACOSX/afhq/train/cat/._0.png": b"", "afhq/.DS_Store": b""})
    )
    assert pictures.classes == ("cat", "dog")
    assert pictures.counts == ([2, 2], [1, 1])
    assert pictures.train_labels.tolist() == [0, 0, 1, 1]
    assert pictures.skipped == ()
    assert pictures.resized == 0
    paths = [f"afhq/train/{name}/{number}.png" for name in ("cat", "dog") for number in range(2)]
    for image, path in zip(pictures.train_images, paths, strict=True):
        assert (image.numpy() == decoded(good_files[path])).all()
    assert (pictures.val_images[1].numpy() == decoded(good_files["afhq/val/dog/0.png"])).all()


def test_a_folder_gives_what_its_archive_gives(tmp_path, zipped, good_files):
    for name, data in good_files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    expected = image_folder.load(zipped(good_files)).fingerprint
    assert image_folder.load(tmp_path).fingerprint == expected
    assert image_folder.load(tmp_path / "afhq").fingerprint == expected


@pytest.mark.parametrize("root", ["", "pets/", "my/pets/", "train/", "my/train/"])
def test_one_folder_is_divided(root, zipped, encode):
    files = {
        f"{root}{name}/{number}.png": encode((number, blue, 0))
        for blue, name in enumerate(("ant", "bee", "cow"))
        for number in range(10)
    }
    pictures = image_folder.load(zipped(files | {f"{root}notes.txt": b"hello"}))
    assert pictures.classes == ("ant", "bee", "cow")
    assert pictures.counts == ([8, 8, 8], [2, 2, 2])
    assert pictures.skipped == (f"{root}notes.txt: in no class's folder",)
    train = {tuple(image[0, 0].tolist()) for image in pictures.train_images}
    val = {tuple(image[0, 0].tolist()) for image in pictures.val_images}
    assert len(train | val) == 30
    assert all(
        int(image[0, 0, 1]) == label
        for image, label in zip(pictures.val_images, pictures.val_labels, strict=True)
    )
    assert image_folder.load(zipped(files)).fingerprint == pictures.fingerprint


RED, GREEN, GREY, WHITE = (255, 0, 0), (0, 255, 0), (128, 128, 128), (255, 255, 255)


@pytest.mark.parametrize(
    ("colour", "picture"),
    [
        (GREY, dict(content=128, mode="L")),
        (WHITE, dict(content=1, mode="1")),
        (RED, dict(content=(*RED, 255), mode="RGBA")),
        (WHITE, dict(content=(*RED, 0), mode="RGBA")),
        (WHITE, dict(content=(0, 0), mode="LA")),
        (GREY, dict(content=np.full((32, 32), 128 << 8, np.uint16))),
        (RED, dict(content=RED, size=(1, 1))),
        (RED, dict(content=RED, size=(300, 7))),
        ((254, 0, 0), dict(content=RED, form="JPEG")),
        ((254, 0, 0), dict(content=RED, form="JPEG", size=(999, 500))),
        (GREY, dict(content=128, mode="L", form="JPEG")),
        (WHITE, dict(content=(0, 0, 0, 0), mode="CMYK", form="JPEG")),
    ],
)
def test_pictures_of_any_kind_and_size(colour, picture, zipped, encode, good_files):
    data = {"afhq/val/cat/0.png": encode(**picture)}
    pictures = image_folder.load(zipped(good_files | data))
    assert pictures.skipped == ()
    assert (pictures.val_images[0] == torch.tensor(colour, dtype=torch.uint8)).all()
    assert pictures.resized == ("size" in picture)


def test_a_palette_with_a_transparent_colour(zipped, encode, good_files):
    image = Image.new("P", (32, 32), 1)
    image.putpalette([*RED, *GREEN])
    image.paste(0, (0, 0, 16, 32))
    file = io.BytesIO()
    image.save(file, "PNG", transparency=0)
    pictures = image_folder.load(zipped(good_files | {"afhq/val/cat/0.png": file.getvalue()}))
    assert pictures.val_images[0, 0, 0].tolist() == list(WHITE)
    assert pictures.val_images[0, 0, 31].tolist() == list(GREEN)


def test_the_middle_of_an_oblong_picture_is_kept(zipped, encode, good_files):
    wide = np.zeros((64, 256, 3), np.uint8)
    wide[:, 90:166] = GREEN  # the middle square, and what bicubic resizing sees beside it
    files = {"afhq/val/cat/0.png": encode(wide), "afhq/val/dog/0.png": encode(wide.swapaxes(0, 1))}
    pictures = image_folder.load(zipped(good_files | files))
    assert (pictures.val_images == torch.tensor(GREEN, dtype=torch.uint8)).all()


def test_a_photograph_is_turned_upright(zipped, encode, good_files):
    content = np.zeros((32, 32, 3), np.uint8)
    content[:, :16] = WHITE
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated a quarter turn clockwise when shown
    files = {"afhq/val/cat/0.png": encode(content, exif=exif)}
    image = image_folder.load(zipped(good_files | files)).val_images[0]
    assert (image[:16] == 255).all()
    assert (image[16:] == 0).all()


def test_what_is_no_picture_is_named_and_the_rest_is_used(zipped, bad_files, good_files):
    files = {f"afhq/train/cat/{name}": data for name, (data, _) in bad_files.items()}
    pictures = image_folder.load(zipped(good_files | files))
    assert pictures.counts == ([2, 2], [1, 1])
    reasons = dict(line.removeprefix("afhq/train/cat/").split(": ", 1) for line in pictures.skipped)
    assert reasons.keys() == bad_files.keys()
    for name, (_, reason) in bad_files.items():
        assert reasons[name]
        assert reason in reasons[name]


def test_an_entry_that_is_not_what_the_archive_says_is_left_out(zipped, good_files):
    data = bytearray(zipped(good_files))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo("afhq/train/cat/0.png")
    body = entry.header_offset + 30 + len(entry.filename)
    data[body + 50] ^= 255
    pictures = image_folder.load(bytes(data))
    assert pictures.counts == ([1, 2], [1, 1])
    assert len(pictures.skipped) == 1
    # The encryption flag in the archive's directory.
    data = bytearray(zipped(good_files))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    pictures = image_folder.load(bytes(data))
    assert pictures.counts == ([1, 2], [1, 1])
    assert "encrypted" in pictures.skipped[0]


def test_a_file_that_unpacks_to_more_than_it_says_is_left_out(zipped, good_files):
    name = "afhq/train/cat/bomb.png"
    data = bytearray(zipped(good_files | {name: bytes(10_000_000)}))
    place = data.rindex(name.encode()) - 46
    assert data[place : place + 4] == b"PK\x01\x02"
    data[place + 24 : place + 28] = struct.pack("<I", 100)  # the unpacked size
    pictures = image_folder.load(bytes(data))
    assert pictures.counts == ([2, 2], [1, 1])
    assert len(pictures.skipped) == 1


def test_many_pixels_in_all_are_refused(zipped, good_files, monkeypatch):
    monkeypatch.setattr(image_folder, "MOST_TOTAL_PIXELS", 6 * 32 * 32)
    image_folder.load(zipped(good_files))
    monkeypatch.setattr(image_folder, "MOST_TOTAL_PIXELS", 6 * 32 * 32 - 1)
    with pytest.raises(ParameterError, match=r"data must be at most 6143 pixels in all"):
        image_folder.load(zipped(good_files))


def test_classes_that_will_not_do_are_refused(zipped, encode, good_files):
    picture = encode()

    def refusal(files):
        with pytest.raises(ParameterError) as caught:
            image_folder.load(zipped(files))
        assert caught.value.parameter == "data"
        return str(caught.value)

    assert "JPEG, PNG, WebP, GIF, BMP or TIFF pictures" in refusal({"a/readme.txt": b""})
    assert "it has 1 (cat)" in refusal({"cat/0.png": picture, "cat/1.png": picture})
    assert "it has 1 (cat)" in refusal({"train/cat/0.png": picture, "val/cat/1.png": picture})
    flat = refusal({"IMG_1.JPG": picture, "IMG_2.JPG": picture})
    assert "Its pictures lie in no folder. Put those of each class into one that has its" in flat
    many = {f"{name}/{i}.png": picture for name in range(21) for i in range(2)}
    assert "2 to 20 folders of pictures, one a class" in refusal(many)
    assert "it has 21" in refusal(many)
    said = refusal(good_files | {"afhq/train/bird/0.png": picture})
    assert "val has no folder bird. Add it, or split train: a fifth of each of its" in said
    assert "train has no folder bird" in refusal(good_files | {"afhq/val/bird/0.png": picture})
    empty = {"afhq/train/bird/": None, "afhq/val/bird/": None}
    assert "Fill or remove afhq/train/bird: it has 0" in refusal(good_files | empty)
    broken = {"afhq/val/dog/0.png": b"broken"}
    said = refusal(good_files | broken)
    assert "Fill afhq/val/dog: it has 0 (afhq/val/dog/0.png: no" in said
    assert "Or split train" in said
    phones = {f"{name}/{i}.HEIC": b"\0\0\0\x18ftypheic" for name in "ab" for i in range(3)}
    assert "it has 0 (a/0.HEIC: this is HEIC, as phones take it" in refusal(phones)
    few = {"cat/0.png": picture, "cat/1.png": picture, "dog/0.png": picture}
    assert "at least 2 readable" in refusal(few)
    assert "Fill or remove dog: it has 1" in refusal(few)


CLASSES = ["ant", "bee", "cow", "dog"]


@given(
    train=st.dictionaries(st.sampled_from(CLASSES), st.integers(2, 6), min_size=2),
    val=st.dictionaries(st.sampled_from(CLASSES), st.integers(1, 3)),
)
def test_train_is_split_whatever_val_lacks(train, val, zipped, encode):
    def files(**sets):
        return {
            f"{split}/{name}/{i}.png": encode((i, CLASSES.index(name), 0))
            for split, counts in sets.items()
            for name, count in counts.items()
            for i in range(count)
        }

    archive = zipped(files(train=train, val=val))
    if val and train.keys() != val.keys():
        with pytest.raises(image_folder.UnlikeSets) as caught:
            image_folder.load(archive)
        for name in train.keys() ^ val.keys():
            assert name in str(caught.value)
    split = image_folder.load(archive, split_train=True)
    held = [max(1, round(0.2 * train[name])) for name in sorted(train)]
    assert split.classes == tuple(sorted(train))
    assert split.counts == ([train[n] - h for n, h in zip(sorted(train), held, strict=True)], held)
    assert split.split_train
    assert split.skipped == ()
    # As if there had been no val, so that equal pictures have one name.
    assert split.fingerprint == image_folder.load(zipped(files(train=train))).fingerprint


def test_a_split_is_part_of_what_names_a_set(zipped, good_files):
    archive = zipped(good_files)
    sets = [image_folder.load(archive, split_train=split) for split in (False, True, True)]
    assert sets[0].fingerprint != sets[1].fingerprint == sets[2].fingerprint


def test_a_split_needs_two_pictures_of_each_class(zipped, encode):
    files = dict.fromkeys(("train/a/0.png", "train/b/0.png", "train/b/1.png"), encode())
    with pytest.raises(ParameterError, match="Fill or remove train/a: it has 1"):
        image_folder.load(zipped(files), split_train=True)


def test_strange_names_are_printable(zipped, good_files, encode):
    files = good_files | {"afhq/train/cat/\x1b[2J\n.png": b"broken"}
    assert image_folder.load(zipped(files)).skipped == (
        "afhq/train/cat/?[2J?.png: no JPEG, PNG, WebP, GIF, BMP or TIFF picture",
    )
    names = {f"afhq/{split}/\x1b]0;{split}/0.png": encode() for split in ("train", "val")}
    with pytest.raises(ParameterError) as caught:
        image_folder.load(zipped(good_files | names))
    assert str(caught.value).isprintable()


def test_progress_grows_to_one_and_may_end_the_reading(zipped, good_files):
    shares = []
    image_folder.load(zipped(good_files), shares.append)
    assert shares == [pytest.approx(i / 6) for i in range(1, 7)]

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        image_folder.load(zipped(good_files), stop)


@given(place=st.floats(0, 1), change=st.integers(1, 255), keep=st.floats(0, 1))
def test_a_damaged_archive_is_read_or_refused(place, change, keep, zipped, good_files):
    data = bytearray(zipped(good_files))
    data[int(place * (len(data) - 1))] ^= change
    for damaged in (bytes(data), bytes(data[: int(keep * len(data))])):
        with contextlib.suppress(ParameterError):
            pictures = image_folder.load(damaged)
            assert sum(map(sum, pictures.counts)) + len(pictures.skipped) >= 5


def test_endings_are_read_in_any_case(zipped, encode):
    names = ("cat/1.JPG", "cat/2.Png", "Dog/1.JPEG", "Dog/2.WebP")
    pictures = image_folder.load(zipped(dict.fromkeys(names, encode())))
    assert pictures.classes == ("Dog", "cat")


def test_a_name_is_one_however_its_letters_are_composed(zipped, encode):
    files = {}
    for name in ("Kätzchen", "犬", "🐦 bird"):
        files |= {f"train/{unicodedata.normalize('NFC', name)}/{i}.png": encode() for i in range(2)}
        files[f"val/{unicodedata.normalize('NFD', name)}/1.png"] = encode()
    pictures = image_folder.load(zipped(files))
    assert pictures.classes == ("Kätzchen", "犬", "🐦 bird")
    assert pictures.counts == ([2, 2, 2], [1, 1, 1])


@pytest.mark.parametrize(
    ("codec", "names"),
    [("cp437", ("Kätzchen", "Hündchen")), ("gbk", ("猫", "狗")), ("cp932", ("表", "能"))],
)
def test_names_of_another_code_page_stay_apart(codec, names, zipped, encode):
    coded = [name.encode(codec) for name in names]
    stand_ins = [letter * len(name) for letter, name in zip("AB", coded, strict=True)]
    data = zipped({f"{name}/{i}.png": encode() for name in stand_ins for i in range(5)})
    for name, stand_in in zip(coded, stand_ins, strict=True):
        data = data.replace(f"{stand_in}/".encode(), name + b"/")
    pictures = image_folder.load(data)
    assert pictures.counts == ([4, 4], [1, 1])
    assert codec != "cp437" or set(pictures.classes) == set(names)
