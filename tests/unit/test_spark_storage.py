"""watcher.spark.storage: whether an executor sees the work folder, by the inbox's mark in it, and in good time."""

import os
from pathlib import Path
from threading import active_count

import pytest

from watcher.spark.storage import read_mark, why_away

MARK = "5f1e0e0c-0000-4000-8000-000000000000"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work folder with its mark, as the daemon writes it."""
    (tmp_path / "identity").write_text(f"{MARK}\n")
    return tmp_path


def test_the_right_mark_is_the_right_folder(work: Path) -> None:
    """There is nothing to say."""
    assert "" == why_away(str(work), MARK)
    assert MARK == read_mark(os.fsencode(work))


def test_another_mark_is_another_folder(work: Path) -> None:
    """As where the share of another inbox is mounted there; bytes that are no text are another mark as well."""
    for found in (b"other\n", b"\xff\xfe", b""):
        (work / "identity").write_bytes(found)
        assert (
            f"{work}/identity is not the mark of this inbox: another folder is mounted there"
            == why_away(str(work), MARK)
        )  # fmt: skip


def test_no_mark_is_a_bare_mount_point(tmp_path: Path) -> None:
    """An executor says so; the daemon takes it for a folder that has none yet."""
    assert f"{tmp_path}/identity: No such file or directory" == why_away(str(tmp_path), MARK)
    assert f"{tmp_path}/no/identity: No such file or directory" == why_away(str(tmp_path / "no"), MARK)
    assert "" == read_mark(os.fsencode(tmp_path))


def test_a_mark_that_cannot_be_read_is_not_one_that_is_missing(work: Path) -> None:
    """To the daemon it is an error; here a folder lies in its place, which not even root can read."""
    (work / "identity").unlink()
    (work / "identity").mkdir()
    assert f"{work}/identity: Is a directory" == why_away(str(work), MARK)
    with pytest.raises(IsADirectoryError):
        read_mark(os.fsencode(work))


def test_who_may_not_read_it_is_named(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work folder is open to the daemon's user alone: executors must be that one. (Root may read all files.)"""

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    assert (
        f"{work}/identity: Permission denied for user {os.getuid()}; the work folder is open to the daemon's user alone"
        == why_away(str(work), MARK)
    )


@pytest.mark.skipif(os.getuid() == 0, reason="root may read all files")
def test_a_closed_folder_is_not_read(work: Path) -> None:
    """The same with a real refusal."""
    work.chmod(0)
    found = why_away(str(work), MARK)
    work.chmod(0o700)
    assert f"Permission denied for user {os.getuid()}" in found


def test_storage_that_hangs_is_not_waited_for(work: Path) -> None:
    """Nor does it hold up the end of the process. A FIFO that nobody writes to hangs just so."""
    (work / "identity").unlink()
    os.mkfifo(work / "identity")
    assert f"{work} does not answer within 0 s" == why_away(str(work), MARK, seconds=0.02)
    threads = active_count()
    for _ in range(3):
        assert f"{work} does not answer within 0 s" == why_away(str(work), MARK, seconds=0.01)
    assert threads == active_count()  # one hangs, however often it is asked
    with open(work / "identity", "wb"):  # it answers, and whoever looks comes to an end
        (work / "identity").unlink()
        (work / "identity").write_text(MARK)
    assert "" == why_away(str(work), MARK)


def test_a_folder_whose_name_is_no_text_is_looked_at_too(tmp_path: Path) -> None:
    """As Python carries such names."""
    work = Path(os.fsdecode(bytes(tmp_path) + b"/\xff"))
    work.mkdir()
    (work / "identity").write_text(MARK)
    assert "" == why_away(str(work), MARK)
    assert MARK == read_mark(bytes(work))
