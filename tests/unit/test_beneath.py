"""watcher.beneath: what lies in a folder is opened; what a link in it points to is not."""

import os
from pathlib import Path

import pytest

from watcher.beneath import OpenFolders, folder_beneath, open_beneath


@pytest.fixture
def root(tmp_path: Path) -> bytes:
    """A folder with a/b/7.png in it, and a secret beside it that many links lead to."""
    (tmp_path / "root" / "a" / "b").mkdir(parents=True)
    (tmp_path / "root" / "a" / "b" / "7.png").write_bytes(b"seven")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "7.png").write_bytes(b"secret")
    (tmp_path / "root" / "link.png").symlink_to(tmp_path / "secret" / "7.png")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "root" / "a" / "link").symlink_to("../../secret")
    (tmp_path / "root" / "round.png").symlink_to("round.png")
    return os.fsencode(tmp_path / "root")


def test_a_file_is_opened_by_its_path(root: bytes) -> None:
    """However deep it lies; children do not inherit the descriptor."""
    descriptor = open_beneath(root, b"a/b/7.png", os.O_RDONLY)
    with open(descriptor, "rb") as file:
        assert (b"seven", False) == (file.read(), os.get_inheritable(descriptor))


@pytest.mark.parametrize(
    "path",
    [
        b"link.png", b"link/7.png", b"a/link/7.png", b"round.png", b"../secret/7.png", b"a/../../secret/7.png", b"..",
        b"", b"a/", b"a//b/7.png", b"a/./b/7.png", b"/etc/passwd", b"a/b/7.png/x", b"nothing.png",
    ],
)  # fmt: skip
def test_nothing_else_is_there(root: bytes, path: bytes) -> None:
    """Links, `..`, absolute paths and what does not exist are one: not there."""
    with pytest.raises(FileNotFoundError):
        open_beneath(root, path, os.O_RDONLY)


@pytest.mark.parametrize("folder", [b"link", b"a/link", b"..", b"a/b/7.png", b"nothing"])
def test_a_folder_is_not_entered_through_a_link(root: bytes, folder: bytes) -> None:
    """The same for folders."""
    with pytest.raises(FileNotFoundError), folder_beneath(root, folder):
        pass


def test_a_folder_is_entered(root: bytes) -> None:
    """By its path, or the root itself; no descriptor is left open."""
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    with folder_beneath(root, b"a/b") as descriptor:
        assert ["7.png"] == os.listdir(descriptor)
    with folder_beneath(root, b"") as descriptor:
        assert "a" in os.listdir(descriptor)
    with pytest.raises(FileNotFoundError):
        open_beneath(root, b"a/link/7.png", os.O_RDONLY)
    assert before == (len(os.listdir("/proc/self/fd")) if before else 0)


def test_folders_stay_open_for_many_files(root: bytes) -> None:
    """Each is opened once; of very many only the last ones stay open, and none after the block."""
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for number in range(40):
        os.mkdir(root + b"/%d" % number)
    with OpenFolders(root) as folders:
        assert folders.at(b"a/b") == folders.at(b"a/b")
        assert ["7.png"] == os.listdir(folders.at(b"a/b"))
        for number in range(40):
            assert [] == os.listdir(folders.at(b"%d" % number))
        assert ["7.png"] == os.listdir(folders.at(b"a/b"))
        with pytest.raises(FileNotFoundError):
            folders.at(b"a/link")
        if before:
            assert before < len(os.listdir("/proc/self/fd")) < before + 20
    assert before == (len(os.listdir("/proc/self/fd")) if before else 0)


def test_a_fifo_does_not_hold_it_up(root: bytes) -> None:
    """It is opened without waiting; who asks sees that it is no regular file."""
    os.mkfifo(root + b"/fifo.png")
    os.close(open_beneath(root, b"fifo.png", os.O_RDONLY))
