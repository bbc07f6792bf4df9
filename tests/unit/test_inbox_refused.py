"""watcher.inbox: files and folders that may not be taken, opened or listed are tried again, and said once."""

import os
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from fakes import PNG, drop, names

from watcher import folders, looking
from watcher.inbox import Inbox
from watcher.records import Found, Identity


def test_what_could_not_be_taken_is_tried_with_growing_patience(inbox: Inbox, tmp_path: Path) -> None:
    """After seconds at first, in the end every 300; the first time is remembered; gone, it is forgotten."""
    path = drop(inbox, tmp_path, "7.png")
    now, waits = 0.0, []
    for _ in range(7):
        (found,) = inbox.ready(now, 10)
        inbox.leave(found, "cannot be moved", now)
        due = inbox.waiting[b"7.png"].due
        waits.append(due - now)
        inbox.hint(os.fsencode(path))
        assert [] == inbox.ready(due - 0.1, 10)
        now = due
    assert [1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 300.0] == waits
    assert (0.0, 7) == (inbox.waiting[b"7.png"].since, inbox.waiting[b"7.png"].failures)
    path.unlink()
    inbox.ready(now, 10)
    assert {} == inbox.waiting


def test_a_file_that_may_not_be_opened_waits_with_the_reason(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is not claimed; the others are. However often it is tried, it is said once."""
    drop(inbox, tmp_path, "closed.png")
    drop(inbox, tmp_path, "open.png")
    real = looking.opened

    def refuse(folder: int, name: bytes, identity: Identity) -> int:
        if b"closed" in name:
            raise PermissionError(13, "Permission denied")
        return real(folder, name, identity)

    monkeypatch.setattr(looking, "opened", refuse)
    assert [b"open.png"] == names(inbox.ready(0.0, 10))
    assert "cannot be opened: Permission denied" == inbox.waiting[b"closed.png"].why
    (tmp_path / "open.png").unlink()
    for now in (1.0, 3.0, 8.0):
        assert [] == inbox.ready(now, 10)
    assert 4 == inbox.waiting[b"closed.png"].failures
    assert ["closed.png: cannot be opened: Permission denied; it is tried again"] == caplog.messages


@pytest.mark.parametrize(("number", "everybodys"), [(5, False), (107, True), (116, True)])
def test_a_bad_sector_is_one_files_trouble_and_a_lost_share_everybodys(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, everybodys: bool
) -> None:
    """EIO keeps one file waiting, and the others are read; ENOTCONN and ESTALE are for the loop to pause."""
    drop(inbox, tmp_path, "bad.png")

    def fail(*_: object) -> bool:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(looking, "is_whole", fail)
    if everybodys:
        with pytest.raises(OSError, match=os.strerror(number)):
            inbox.ready(0.0, 10)
    else:
        assert [] == inbox.ready(0.0, 10)
        assert "Input/output error" in inbox.waiting[b"bad.png"].why


def test_a_file_that_was_refused_first_settles_like_any_other(inbox: Inbox, tmp_path: Path) -> None:
    """That it could not be opened is no sign that it is whole."""
    path = drop(inbox, tmp_path, "half.png", PNG[:-20])
    inbox.leave(Found(b"half.png", Identity.of(path.stat())), "cannot be opened", 0.0)
    assert [] == inbox.ready(1.5, 10)
    assert 2.0 == inbox.waiting[b"half.png"].due
    assert [b"half.png"] == names(inbox.ready(2.0, 10))


def test_a_folder_that_is_refused_is_listed_with_why_and_said_once(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again at each rescan; once it may be listed, it is listed no more as refused."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "7.png").write_bytes(PNG)
    real = folders.folder_beneath

    def refuse(root: bytes, folder: bytes) -> AbstractContextManager[int]:
        if folder:
            raise PermissionError(13, "Permission denied")
        return real(root, folder)

    monkeypatch.setattr(folders, "folder_beneath", refuse)
    for now in (0.0, 5.0, 10.0):
        assert [] == inbox.ready(now, 10)
    assert "folder cannot be listed: Permission denied" == inbox.waiting[b"theirs"].why
    assert ["theirs: folder cannot be listed: Permission denied; it is tried again"] == caplog.messages
    monkeypatch.setattr(folders, "folder_beneath", real)
    assert [b"theirs/7.png"] == names(inbox.ready(15.0, 10))
    assert {} == inbox.waiting


def test_a_refused_folder_with_a_temporary_name_is_forgotten_with_it(inbox: Inbox, tmp_path: Path) -> None:
    """Its name says nothing once it is gone."""
    (tmp_path / "scan.tmp").mkdir()
    inbox.ready(0.0, 10)
    inbox._refused(b"scan.tmp", "Permission denied", 0.0)
    (tmp_path / "scan.tmp").rmdir()
    for now in (10.0, 20.0):
        inbox.ready(now, 10)
    assert {} == inbox.waiting


def test_an_inbox_that_is_gone_is_an_error(inbox: Inbox, tmp_path: Path) -> None:
    """An unmounted disk does not look like an empty inbox."""
    tmp_path.rmdir()
    with pytest.raises(FileNotFoundError):
        inbox.ready(0.0, 10)
