"""watcher.archive: out of the work folder to the reserved place, on this filesystem or another, and back."""

import errno
import os
import stat
from pathlib import Path

import pytest
from fakes import BLANK, id_of, record

from watcher import archive as module
from watcher.archive import Archive
from watcher.files import Files
from watcher.records import Identity, Record


@pytest.fixture
def archive(tmp_path: Path, files: Files) -> Archive:
    return Archive(tmp_path / "out", files)


def taken(files: Files, data: bytes = b"abc", **fields: object) -> Record:
    """A claimed file with its record."""
    made = record(1, b"7.png", identity=Identity(1, 1, len(data), 1), **fields)  # type: ignore[arg-type]
    Path(os.fsdecode(files.in_work(made.claim.id))).write_bytes(data)
    return made


def test_archiving_moves_to_the_reserved_place(tmp_path: Path, files: Files, archive: Archive) -> None:
    """The file is there, with its times, and the id is among those done."""
    made = taken(files, archived_to=b"archive/2026-03-01/a/7.png")
    before = os.stat(files.in_work(made.claim.id)).st_mtime_ns
    assert [made.claim.id] == archive.put([made]).done
    place = tmp_path / "out" / "archive/2026-03-01/a/7.png"
    assert (b"abc", before) == (place.read_bytes(), place.stat().st_mtime_ns)
    assert archive.holds(made)


def test_a_rejected_picture_has_its_reason_beside_it(tmp_path: Path, files: Files, archive: Archive) -> None:
    """7.png.reason.txt says what, which id and which model."""
    made = taken(files, verdict=BLANK, archived_to=b"rejected/2026-03-01/7.png")
    archive.put([made])
    text = (tmp_path / "out" / "rejected/2026-03-01/7.png.reason.txt").read_text(encoding="utf-8")
    assert f"blank: nothing is drawn\nid: {id_of(1)}\nmodel: net-01234567\n" == text


@pytest.mark.parametrize("disks", ["one disk", "two_disks"])
def test_archiving_twice_is_archiving_once(
    files: Files, archive: Archive, request: pytest.FixtureRequest, disks: str
) -> None:
    """After a crash the file may be at its place already; where it is nowhere, it is not done."""
    if disks == "two_disks":
        request.getfixturevalue(disks)
    made = taken(files)
    archive.put([made])
    assert [made.claim.id] == archive.put([made]).done
    os.unlink(archive.place(made))
    assert [made.claim.id] == archive.put([made]).lost


def test_another_file_at_the_place_is_never_overwritten(files: Files, archive: Archive) -> None:
    """Whoever put a file there meanwhile keeps it, and ours stays in the work folder."""
    made = taken(files)
    place = Path(os.fsdecode(archive.place(made)))
    place.parent.mkdir(parents=True)
    place.write_bytes(b"somebody's")
    assert {made.claim.id: "cannot be moved to archive/2026-03-01/7.png: File exists"} == archive.put([made]).left
    assert (b"somebody's", True) == (place.read_bytes(), files.identity_in_work(made.claim.id) is not None)


@pytest.fixture
def two_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work folder and outbox on different filesystems: a rename between them gives EXDEV."""
    real = module.rename_new

    def rename_new(source: bytes, target: bytes) -> None:
        if (b"/.work/" in source) != (b"/.work/" in target):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        real(source, target)

    monkeypatch.setattr(module, "rename_new", rename_new)


@pytest.mark.usefixtures("two_disks")
def test_across_filesystems_a_copy_stands_before_the_file_goes(files: Files, archive: Archive) -> None:
    """Same bytes, same times, nothing half left, nothing in the work folder."""
    made = taken(files, b"x" * 3_000_000)
    os.utime(files.in_work(made.claim.id), ns=(5, 1_234_567_891_234_567_891))
    assert [made.claim.id] == archive.put([made]).done
    place = Path(os.fsdecode(archive.place(made)))
    assert [place] == list(place.parent.iterdir())
    assert (b"x" * 3_000_000, 1_234_567_891_234_567_891) == (place.read_bytes(), place.stat().st_mtime_ns)
    assert None is files.identity_in_work(made.claim.id)


@pytest.mark.usefixtures("two_disks")
def test_across_filesystems_a_kill_before_the_unlink_is_carried_on(files: Files, archive: Archive) -> None:
    """The copy stands at its place and the file still in the work folder: the next start unlinks it."""
    made = taken(files)
    place = Path(os.fsdecode(archive.place(made)))
    place.parent.mkdir(parents=True)
    place.write_bytes(b"abc")
    assert [made.claim.id] == archive.put([made]).done
    assert [place] == list(place.parent.iterdir())
    assert None is files.identity_in_work(made.claim.id)


@pytest.mark.usefixtures("two_disks")
def test_across_filesystems_nothing_is_overwritten_either(files: Files, archive: Archive) -> None:
    """Other bytes at the place are somebody's."""
    made = taken(files)
    place = Path(os.fsdecode(archive.place(made)))
    place.parent.mkdir(parents=True)
    place.write_bytes(b"xyz")
    assert {made.claim.id: "cannot be moved to archive/2026-03-01/7.png: File exists"} == archive.put([made]).left
    assert (b"xyz", True) == (place.read_bytes(), files.identity_in_work(made.claim.id) is not None)


@pytest.mark.usefixtures("two_disks")
def test_a_copy_that_differs_is_never_taken_for_the_picture(
    files: Files, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that wrote something else: EIO, and the picture stays where it is."""
    made = taken(files)
    monkeypatch.setattr(module.os, "fsync", lambda d: os.pwrite(d, b"?", 0) if stat.S_ISREG(os.fstat(d).st_mode) else 0)
    with pytest.raises(OSError, match="the copy differs"):
        archive.put([made])
    assert 3 == files.identity_in_work(made.claim.id).size


@pytest.mark.parametrize("disks", ["one disk", "two_disks"])
def test_a_picture_comes_back_from_the_archive(
    tmp_path: Path, files: Files, archive: Archive, request: pytest.FixtureRequest, disks: str
) -> None:
    """Requeue: from its place into work under the new id, the reason file goes; a second time it is not there."""
    if disks == "two_disks":
        request.getfixturevalue(disks)
    made = taken(files, verdict=BLANK)
    archive.put([made])
    assert archive.recall(made, id_of(9), set())
    assert 3 == files.identity_in_work(id_of(9)).size
    assert [] == [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not archive.recall(made, id_of(10), set())


def test_a_recall_that_was_cut_off_after_the_move_leaves_no_reason_behind(
    tmp_path: Path, files: Files, archive: Archive
) -> None:
    """The picture is back in work already; the note beside its old place goes too."""
    made = taken(files, verdict=BLANK, archived_to=b"rejected/2026-03-01/7.png")
    archive.put([made])
    folder = tmp_path / "out" / "rejected/2026-03-01"
    os.rename(folder / "7.png", os.fsdecode(files.in_work(id_of(9))))
    assert archive.recall(made, id_of(9), set())
    assert [] == os.listdir(folder)


def test_why_a_picture_stays_is_one_line_whatever_it_is_called(files: Files, archive: Archive) -> None:
    """A name must not write lines of its own into the log."""
    made = taken(files, archived_to=b"archive/2026-03-01/7\nERROR.png")
    place = Path(os.fsdecode(archive.place(made)))
    place.parent.mkdir(parents=True)
    place.touch()
    assert archive.put([made]).left[made.claim.id].isprintable()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_folder_of_another_user_in_the_archive_concerns_its_pictures(
    files: Files, archive: Archive, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """They stay in the work folder, and the others go on; where the archive itself is closed, all work pauses."""

    def refused(*_: object) -> None:
        raise OSError(number, "refused")

    made = taken(files)
    os.makedirs(os.path.dirname(archive.place(made)))
    monkeypatch.setattr(module, "rename_new", refused)
    assert [made.claim.id] == list(archive.put([made]).left)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OSError, match="refused"):
        archive.put([made])
