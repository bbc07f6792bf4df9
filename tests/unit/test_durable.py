"""watcher.durable: renames that never overwrite, writes that are whole, errors that concern all."""

import errno
import os
from pathlib import Path

import pytest

from watcher import durable


@pytest.fixture(params=["renameat2", "link"])
def rename_new(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """Both ways: the system call, and the hard link for filesystems that lack it."""
    if request.param == "link":
        monkeypatch.setattr(durable, "_RENAMEAT2", None)
    return durable.rename_new


def test_a_file_gets_its_new_name(tmp_path: Path, rename_new) -> None:
    """The content moves; the old name is gone."""
    (tmp_path / "a").write_bytes(b"1")
    rename_new(os.fsencode(tmp_path / "a"), os.fsencode(tmp_path / "b"))
    assert ([tmp_path / "b"], b"1") == (list(tmp_path.iterdir()), (tmp_path / "b").read_bytes())


def test_nothing_is_overwritten(tmp_path: Path, rename_new) -> None:
    """Where the target exists, both files stay as they were."""
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    with pytest.raises(FileExistsError):
        rename_new(os.fsencode(tmp_path / "a"), os.fsencode(tmp_path / "b"))
    assert (b"1", b"2") == ((tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes())


def test_a_dangling_link_is_not_overwritten_either(tmp_path: Path, rename_new) -> None:
    """A name is taken when anything bears it."""
    (tmp_path / "a").touch()
    (tmp_path / "b").symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        rename_new(os.fsencode(tmp_path / "a"), os.fsencode(tmp_path / "b"))


def test_what_is_not_there_is_told(tmp_path: Path, rename_new) -> None:
    """FileNotFoundError, as os.rename does it."""
    with pytest.raises(FileNotFoundError):
        rename_new(os.fsencode(tmp_path / "a"), os.fsencode(tmp_path / "b"))


def test_a_rename_by_link_goes_on_where_it_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linked but not unlinked yet: the second try ends it, for it is the same file."""
    monkeypatch.setattr(durable, "_RENAMEAT2", None)
    (tmp_path / "a").write_bytes(b"1")
    os.link(tmp_path / "a", tmp_path / "b")
    durable.rename_new(os.fsencode(tmp_path / "a"), os.fsencode(tmp_path / "b"))
    assert [tmp_path / "b"] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "all_of_them"),
    [
        (errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EROFS, True), (errno.EIO, True), (errno.ESTALE, True),
        (errno.ENOTCONN, True), (errno.EACCES, False), (errno.ENAMETOOLONG, False), (errno.EEXIST, False),
        (errno.EXDEV, False), (errno.ENOENT, False),
    ],
)  # fmt: skip
def test_the_table_of_errors_is_closed(number: int, all_of_them: bool) -> None:
    """Six errors pause all work; every other one concerns one file."""
    assert all_of_them == durable.concerns_all(OSError(number, ""))


def test_a_status_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """The new content stands under the name, nothing else is left."""
    path = tmp_path / "status.json"
    durable.write_atomically(os.fsencode(path), b"a long first version")
    durable.write_atomically(os.fsencode(path), b"short")
    assert ([path], b"short") == (list(tmp_path.iterdir()), path.read_bytes())


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_a_status_file_has_its_mode_whatever_the_umask(tmp_path: Path, mode: int) -> None:
    """Who may read it is said by the caller."""
    before = os.umask(0o077)
    try:
        durable.write_atomically(os.fsencode(tmp_path / "status.json"), b"x", mode)
    finally:
        os.umask(before)
    assert mode == (tmp_path / "status.json").stat().st_mode & 0o777


def test_a_status_file_is_written_where_modes_cannot_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on FAT."""

    def refuse(descriptor: int, mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "fchmod", refuse)
    durable.write_atomically(os.fsencode(tmp_path / "status.json"), b"x")
    assert b"x" == (tmp_path / "status.json").read_bytes()


def test_a_link_in_the_way_of_a_status_file_is_not_followed(tmp_path: Path) -> None:
    """A stranger's link at the temporary name does not make us write elsewhere."""
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "status.json.new").symlink_to("victim")
    with pytest.raises(OSError, match="symbolic links"):
        durable.write_atomically(os.fsencode(tmp_path / "status.json"), b"x")
    assert b"precious" == (tmp_path / "victim").read_bytes()


def test_syncing_reaches_the_system(tmp_path: Path) -> None:
    """Both calls work on a folder; a bad descriptor is an OSError with its number."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    durable.sync_filesystem(descriptor)
    os.close(descriptor)
    durable.sync_folders([os.fsencode(tmp_path)])
    with pytest.raises(OSError, match="Bad file descriptor"):
        durable.sync_filesystem(descriptor)


def test_missing_folders_are_made_and_their_entries_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the folders above them; for what is there already, nothing is done."""
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.readlink(f"/proc/self/fd/{fd}")))
    top = os.fsencode(tmp_path)
    durable.make_folders(top, top + b"/a/b", 0o700)
    assert {str(tmp_path), f"{tmp_path}/a"} == set(synced)
    durable.make_folders(top, top + b"/a/b", 0o700)
    assert 2 == len(synced)


def test_the_top_is_never_made(tmp_path: Path) -> None:
    """It may be a disk that is not mounted; a file in the way is told too."""
    top = os.fsencode(tmp_path) + b"/gone"
    with pytest.raises(FileNotFoundError):
        durable.make_folders(top, top + b"/a/b", 0o700)
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        durable.make_folders(os.fsencode(tmp_path), os.fsencode(tmp_path) + b"/file/a", 0o700)


def test_a_small_file_is_replaced_durably(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Synced before it gets its name, the folder after it; nothing else is left."""
    calls: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (calls.append("replace"), replace(a, b)))
    path = tmp_path / "mark"
    durable.write_durably(os.fsencode(path), b"one")
    assert ["fsync", "replace", "fsync"] == calls
    durable.write_durably(os.fsencode(path), b"2")
    assert ([path], b"2", 0o600) == (list(tmp_path.iterdir()), path.read_bytes(), path.stat().st_mode & 0o777)
