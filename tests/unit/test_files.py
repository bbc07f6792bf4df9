"""watcher.files: users' files are moved, never overwritten, never lost, never followed elsewhere."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import BLANK, claim, id_of, record

from watcher import files as module
from watcher.errors import SurroundingsError
from watcher.files import Files, Taken
from watcher.records import Claim, Identity, Record


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    made = Files(tmp_path / "in", tmp_path / "out")
    made.prepare()
    return made


def drop(files: Files, name: str, data: bytes = b"abc") -> Claim:
    """A file in the inbox and the claim on it."""
    path = Path(os.fsdecode(files.inbox), name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return claim(1, name.encode(), identity=Identity.of(os.lstat(path)))


def taken(files: Files, data: bytes = b"abc", **fields: object) -> Record:
    """A claimed file with its record."""
    made = record(1, b"7.png", identity=Identity(1, 1, len(data), 1), **fields)  # type: ignore[arg-type]
    Path(os.fsdecode(files.in_work(made.claim.id))).write_bytes(data)
    return made


def outbox(files: Files) -> Path:
    return Path(os.fsdecode(files.outbox))


def test_the_work_folder_is_ours_alone(files: Files) -> None:
    """.work and what is in it can be entered by the daemon's user only."""
    for folder in (files.work, files.work + b"/quarantine"):
        assert 0o700 == stat.S_IMODE(os.stat(folder).st_mode)


def test_a_missing_inbox_is_told(tmp_path: Path) -> None:
    """An inbox is never made: it may be a disk that is not mounted."""
    with pytest.raises(SurroundingsError, match="there is no inbox at"):
        Files(tmp_path / "in", tmp_path / "out").prepare()


def test_a_work_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Nothing is made or moved where a stranger's link points."""
    (tmp_path / "in").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "in" / ".work").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SurroundingsError, match="is no folder"):
        Files(tmp_path / "in", tmp_path / "out").prepare()
    assert [] == list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("name", ["7.png", "a/b/7.png", "a b\n'7'.png"])
def test_a_claim_is_one_rename(files: Files, name: str) -> None:
    """The very file, by inode, lies in the work folder under its id."""
    made = drop(files, name)
    how, ours, _ = files.claim(made)
    assert (Taken.YES, made) == (how, ours)
    assert made.identity == files.identity_in_work(made.id)
    assert not files.at_origin(made)


def test_a_file_that_is_gone_or_whose_folder_became_a_file_is_gone(files: Files) -> None:
    """What is not there any more is no error."""
    made = drop(files, "a/7.png")
    os.unlink(files.inbox + b"/a/7.png")
    assert Taken.GONE == files.claim(made)[0]
    os.rmdir(files.inbox + b"/a")
    drop(files, "a")
    assert Taken.GONE == files.claim(made)[0]


def test_a_folder_that_became_a_link_is_not_followed(files: Files, tmp_path: Path) -> None:
    """A stranger who swaps a folder for a link cannot make us take files from elsewhere."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "7.png").write_bytes(b"secret")
    os.symlink(tmp_path / "private", files.inbox + b"/a")
    assert Taken.GONE == files.claim(claim(1, b"a/7.png"))[0]
    assert (tmp_path / "private" / "7.png").exists()


def test_another_file_under_the_name_is_taken_with_its_own_identity(files: Files) -> None:
    """Replaced between look and rename: the claim tells what was really taken."""
    made = drop(files, "7.png")
    os.unlink(files.inbox + b"/7.png")
    drop(files, "7.png", b"longer than before")
    how, ours, _ = files.claim(made)
    assert (Taken.YES, 18) == (how, ours.identity.size)


def test_what_is_no_regular_file_goes_to_quarantine(files: Files) -> None:
    """A link put in the place of a picture is moved as a link, and never opened."""
    made = drop(files, "7.png")
    os.unlink(files.inbox + b"/7.png")
    os.symlink("/etc/shadow", files.inbox + b"/7.png")
    assert Taken.STRANGE == files.claim(made)[0]
    assert b"/etc/shadow" == os.readlink(files.work + b"/quarantine/" + made.id.encode())


def failing(call: str, number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), call)

    return fail


def test_what_may_not_be_moved_is_left(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """A permission that is missing concerns one file: it stays, and why is told."""
    made = drop(files, "7.png")
    monkeypatch.setattr(os, "rename", failing("rename", errno.EACCES))
    assert (Taken.LEFT, made, "cannot be moved: Permission denied") == files.claim(made)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EIO, errno.ENOSPC, errno.ESTALE])
def test_a_disk_that_fails_pauses_all(files: Files, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Errors of the surroundings are raised, so that the work pauses."""
    made = drop(files, "7.png")
    monkeypatch.setattr(os, "rename", failing("rename", number))
    with pytest.raises(OSError, match=os.strerror(number)):
        files.claim(made)


def test_a_deleted_work_folder_is_no_single_files_trouble(files: Files) -> None:
    """Where the inbox was made anew, claiming raises instead of calling every file gone."""
    made = drop(files, "7.png")
    os.rmdir(files.work + b"/quarantine")
    os.rmdir(files.work)
    with pytest.raises(FileNotFoundError):
        files.claim(made)


def test_strays_are_what_no_claim_knows(files: Files) -> None:
    """Our own names in the work folder are none."""
    for name in (id_of(2), id_of(1), "lock", "identity"):
        Path(os.fsdecode(files.in_work(name))).touch()
    assert [id_of(2)] == files.strays([id_of(1)])


def test_archiving_moves_to_the_reserved_place(files: Files) -> None:
    """The file is there, with its times, and the id is among those done."""
    made = taken(files, archived_to=b"archive/2026-03-01/a/7.png")
    before = os.stat(files.in_work(made.claim.id)).st_mtime_ns
    assert [made.claim.id] == files.archive([made])
    place = outbox(files) / "archive/2026-03-01/a/7.png"
    assert (b"abc", before) == (place.read_bytes(), place.stat().st_mtime_ns)
    assert files.at_place(made)


def test_a_rejected_picture_has_its_reason_beside_it(files: Files) -> None:
    """7.png.reason.txt says what, which id and which model."""
    made = taken(files, verdict=BLANK, archived_to=b"rejected/2026-03-01/7.png")
    files.archive([made])
    text = (outbox(files) / "rejected/2026-03-01/7.png.reason.txt").read_text(encoding="utf-8")
    assert f"blank: nothing is drawn\nid: {id_of(1)}\nmodel: net-01234567\n" == text


def test_archiving_twice_is_archiving_once(files: Files) -> None:
    """After a crash the file may be at its place already; where it is nowhere, it is not done."""
    made = taken(files)
    files.archive([made])
    assert [made.claim.id] == files.archive([made])
    os.unlink(files.outbox + b"/" + made.archived_to)
    assert [] == files.archive([made])


def test_another_file_at_the_place_is_never_overwritten(files: Files) -> None:
    """Whoever put a file there meanwhile keeps it, and ours stays in the work folder."""
    made = taken(files)
    place = outbox(files) / os.fsdecode(made.archived_to)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"somebody's")
    with pytest.raises(FileExistsError):
        files.archive([made])
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
def test_across_filesystems_a_copy_stands_before_the_file_goes(files: Files) -> None:
    """Same bytes, same times, nothing half left, nothing in the work folder."""
    made = taken(files, b"x" * 3_000_000)
    os.utime(files.in_work(made.claim.id), ns=(5, 1_234_567_891_234_567_891))
    assert [made.claim.id] == files.archive([made])
    place = outbox(files) / os.fsdecode(made.archived_to)
    assert [place] == list(place.parent.iterdir())
    assert (b"x" * 3_000_000, 1_234_567_891_234_567_891) == (place.read_bytes(), place.stat().st_mtime_ns)
    assert None is files.identity_in_work(made.claim.id)


@pytest.mark.usefixtures("two_disks")
def test_across_filesystems_a_kill_before_the_unlink_is_carried_on(files: Files) -> None:
    """The copy stands at its place and the file still in the work folder: the next start unlinks it."""
    made = taken(files)
    place = outbox(files) / os.fsdecode(made.archived_to)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"abc")
    assert [made.claim.id] == files.archive([made])
    assert [place] == list(place.parent.iterdir())
    assert None is files.identity_in_work(made.claim.id)


@pytest.mark.usefixtures("two_disks")
def test_across_filesystems_nothing_is_overwritten_either(files: Files) -> None:
    """Other bytes at the place are somebody's."""
    made = taken(files)
    place = outbox(files) / os.fsdecode(made.archived_to)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"xyz")
    with pytest.raises(FileExistsError):
        files.archive([made])
    assert (b"xyz", True) == (place.read_bytes(), files.identity_in_work(made.claim.id) is not None)


@pytest.mark.usefixtures("two_disks")
def test_a_copy_that_differs_is_never_taken_for_the_picture(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that wrote something else: EIO, and the picture stays where it is."""
    made = taken(files)
    monkeypatch.setattr(module.os, "fsync", lambda d: os.pwrite(d, b"?", 0) if stat.S_ISREG(os.fstat(d).st_mode) else 0)
    with pytest.raises(OSError, match="the copy differs"):
        files.archive([made])
    assert 3 == files.identity_in_work(made.claim.id).size


def test_a_picture_comes_back_from_the_archive(files: Files) -> None:
    """Requeue: from its place into work under the new id, the reason file goes; a second time it is not there."""
    made = taken(files, verdict=BLANK)
    files.archive([made])
    assert files.recall(made, id_of(9))
    assert 3 == files.identity_in_work(id_of(9)).size
    assert [] == [path for path in outbox(files).rglob("*") if path.is_file()]
    assert not files.recall(made, id_of(10))
