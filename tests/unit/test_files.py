"""watcher.files: users' files are moved, never overwritten, never lost, never followed elsewhere."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import claim, id_of

from watcher.errors import SurroundingsError
from watcher.files import Files, Taken
from watcher.records import Claim, Identity


def drop(files: Files, name: str, data: bytes = b"abc") -> Claim:
    """A file in the inbox and the claim on it."""
    path = Path(os.fsdecode(files.inbox), name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return claim(1, name.encode(), identity=Identity.of(os.lstat(path)))


def claimed(files: Files, made: Claim) -> tuple[Taken, Claim, str]:
    """What came of one claim."""
    (found,) = files.claim([made])
    return found


def test_the_work_folder_is_ours_alone(files: Files) -> None:
    """.work and what is in it can be entered by the daemon's user only."""
    for folder in (files.work, files.work + b"/quarantine"):
        assert 0o700 == stat.S_IMODE(os.stat(folder).st_mode)


def test_a_missing_inbox_is_told(tmp_path: Path) -> None:
    """An inbox is never made: it may be a disk that is not mounted."""
    with pytest.raises(SurroundingsError, match="there is no inbox at"):
        Files(tmp_path / "in").prepare()


def test_a_work_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Nothing is made or moved where a stranger's link points."""
    (tmp_path / "in").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "in" / ".work").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SurroundingsError, match="is no folder"):
        Files(tmp_path / "in").prepare()
    assert [] == list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("name", ["7.png", "a/b/7.png", "a b\n'7'.png"])
def test_a_claim_is_one_rename(files: Files, name: str) -> None:
    """The very file, by inode, lies in the work folder under its id."""
    made = drop(files, name)
    how, ours, _ = claimed(files, made)
    assert (Taken.YES, made) == (how, ours)
    assert made.identity == files.identity_in_work(made.id)
    assert not files.at_origin(made)


def test_a_file_that_is_gone_or_whose_folder_became_a_file_is_gone(files: Files) -> None:
    """What is not there any more is no error."""
    made = drop(files, "a/7.png")
    os.unlink(files.inbox + b"/a/7.png")
    assert Taken.GONE == claimed(files, made)[0]
    os.rmdir(files.inbox + b"/a")
    drop(files, "a")
    assert Taken.GONE == claimed(files, made)[0]


def test_a_folder_that_became_a_link_is_not_followed(files: Files, tmp_path: Path) -> None:
    """A stranger who swaps a folder for a link cannot make us take files from elsewhere."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "7.png").write_bytes(b"secret")
    os.symlink(tmp_path / "private", files.inbox + b"/a")
    assert Taken.GONE == claimed(files, claim(1, b"a/7.png"))[0]
    assert (tmp_path / "private" / "7.png").exists()


def test_another_file_under_the_name_is_taken_with_its_own_identity(files: Files) -> None:
    """Replaced between look and rename: the claim tells what was really taken."""
    made = drop(files, "7.png")
    os.unlink(files.inbox + b"/7.png")
    drop(files, "7.png", b"longer than before")
    how, ours, _ = claimed(files, made)
    assert (Taken.YES, 18) == (how, ours.identity.size)


def test_what_is_no_regular_file_goes_to_quarantine(files: Files) -> None:
    """A link put in the place of a picture is moved as a link, and never opened."""
    made = drop(files, "7.png")
    os.unlink(files.inbox + b"/7.png")
    os.symlink("/etc/shadow", files.inbox + b"/7.png")
    assert Taken.STRANGE == claimed(files, made)[0]
    assert b"/etc/shadow" == os.readlink(files.work + b"/quarantine/" + made.id.encode())


def failing(call: str, number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), call)

    return fail


def test_what_may_not_be_moved_is_left(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """A permission that is missing concerns one file: it stays, and why is told."""
    made = drop(files, "7.png")
    monkeypatch.setattr(os, "rename", failing("rename", errno.EACCES))
    assert (Taken.LEFT, made, "cannot be moved: Permission denied") == claimed(files, made)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EIO, errno.ENOSPC, errno.ESTALE])
def test_a_disk_that_fails_pauses_all(files: Files, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Errors of the surroundings are raised, so that the work pauses."""
    made = drop(files, "7.png")
    monkeypatch.setattr(os, "rename", failing("rename", number))
    with pytest.raises(OSError, match=os.strerror(number)):
        claimed(files, made)


def test_a_deleted_work_folder_is_no_single_files_trouble(files: Files) -> None:
    """Where the inbox was made anew, claiming raises instead of calling every file gone."""
    made = drop(files, "7.png")
    os.rmdir(files.work + b"/quarantine")
    os.rmdir(files.work)
    with pytest.raises(FileNotFoundError):
        claimed(files, made)


def test_strays_are_what_no_claim_knows(files: Files) -> None:
    """Our own names in the work folder are none."""
    for name in (id_of(2), id_of(1), "lock", "identity"):
        Path(os.fsdecode(files.in_work(name))).touch()
    assert [id_of(2)] == files.strays([id_of(1)])


def test_what_a_share_keeps_of_a_deleted_file_is_no_stray(files: Files) -> None:
    """Its picture is archived by then: it must not get a second row."""
    for name in (b".nfs000000000001", b".fuse_hidden0000001", b"7.png"):
        Path(os.fsdecode(files.work + b"/" + name)).touch()
    assert ["7.png"] == files.strays([])
