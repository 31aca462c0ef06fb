"""The real archive's download, from servers that fail in every way."""

import threading

import pytest

from mlpcore.datasets import animal_faces, image_folder
from mlpcore.datasets.animal_faces import DownloadError
from mlpcore.running.control import Cancelled


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("path", ["good", "unsized", "nonsense", "moved"])
def test_the_archive_is_fetched_checked_and_kept(path, use, archive, cache_folder):
    assert not animal_faces.cached()
    use(path)
    shares = []
    pictures = animal_faces.load(shares.append)
    assert pictures.fingerprint == image_folder.load(archive).fingerprint
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    assert names(cache_folder) == ["afhq_32x32.npy", "afhq_32x32.zip"]
    assert (cache_folder / "afhq_32x32.zip").read_bytes() == archive
    assert animal_faces.cached()

    use()
    assert animal_faces.load().fingerprint == pictures.fingerprint


FAILURES = {
    "missing": "404",
    "html": "20 bytes of text/html that are not a zip archive",
    "stalling": "timed out",
    "broken": "it broke off after",
    "more": "bytes of application/zip that are not a zip archive",
    "circle": "infinite loop",
    "local": "Redirection to",
    "other": "archive must be",
    "http://127.0.0.1:1/closed": "refused",
}


@pytest.mark.parametrize("path", FAILURES)
def test_the_next_address_is_tried(path, use, archive, cache_folder):
    use(path, "good")
    assert animal_faces.load().fingerprint == image_folder.load(archive).fingerprint
    assert names(cache_folder) == ["afhq_32x32.npy", "afhq_32x32.zip"]


def test_when_all_fail_the_error_says_why_and_nothing_is_left(use, cache_folder):
    use(*FAILURES)
    with pytest.raises(DownloadError) as caught:
        animal_faces.load()
    assert "could not be loaded" in str(caught.value)
    assert str(cache_folder) not in str(caught.value)  # strangers read it too
    *reasons, last = "\n".join(caught.value.__notes__).splitlines()
    assert f"Save the archive as {cache_folder / 'afhq_32x32.zip'}" in last
    for (path, reason), line in zip(FAILURES.items(), reasons, strict=True):
        assert path in line
        assert reason in line
    assert names(cache_folder) == []


def test_an_endless_answer_is_cut_off(use, cache_folder, monkeypatch):
    monkeypatch.setattr(animal_faces, "MOST_BYTES", 1000)
    use("unsized")
    with pytest.raises(DownloadError) as caught:
        animal_faces.load()
    assert "more than 1000 bytes" in caught.value.__notes__[0]
    assert names(cache_folder) == []


def test_a_download_that_is_given_up_leaves_nothing_and_can_start_again(use, cache_folder):
    use("good")

    def stop(share):
        raise Cancelled

    with pytest.raises(Cancelled):
        animal_faces.load(stop)
    assert names(cache_folder) == []
    animal_faces.load()


def test_ctrl_c_leaves_nothing(use, cache_folder):
    use("good")

    def interrupt(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        animal_faces.load(interrupt)
    assert names(cache_folder) == []


def test_a_damaged_array_is_made_again_from_the_archive(use, cache_folder):
    use("good")
    expected = animal_faces.load().fingerprint
    array = cache_folder / "afhq_32x32.npy"
    array.write_bytes(array.read_bytes()[:5000])
    use()
    assert animal_faces.load().fingerprint == expected
    array.unlink()
    assert animal_faces.load().fingerprint == expected


def test_a_wrong_archive_in_the_cache_is_refused(use, zipped, encode, cache_folder):
    cache_folder.mkdir()
    files = {f"{s}/{c}/0.png": encode() for s in ("train", "val") for c in ("cat", "dog")}
    (cache_folder / "afhq_32x32.zip").write_bytes(zipped(files))
    use("good")
    with pytest.raises(DownloadError) as caught:
        animal_faces.load()
    assert f"Remove {cache_folder / 'afhq_32x32.zip'} to" in caught.value.__notes__[0]


def test_two_threads_download_once(use, monkeypatch, cache_folder):
    use("good")
    fetched = []
    fetch = animal_faces._fetch

    def counted(*args):
        fetched.append(args[0])
        fetch(*args)

    monkeypatch.setattr(animal_faces, "_fetch", counted)
    threads = [threading.Thread(target=animal_faces.load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fetched) == 1
