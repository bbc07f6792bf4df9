"""Fault 20 and 28: folders of another user, for a daemon that has no powers over others' files."""

import ctypes
import os

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for, without_roots_powers

SOMEBODY = 65533


def as_an_ordinary_user() -> None:
    """As preexec_fn: uid 0 stays, so that its own files open, but sticky folders of others stop it too."""
    without_roots_powers()
    drop_from_bounding_set, fowner = 24, 3
    ctypes.CDLL(None).prctl(drop_from_bounding_set, fowner, 0, 0, 0)


@pytest.fixture
def shared(place: Place) -> Place:
    """A place whose inbox all may write to, sticky."""
    if os.geteuid() != 0:
        pytest.skip("only root may make what is another user's")
    place.inbox.chmod(0o3777)
    return place


def somebodys_folder(place: Place, mode: int) -> str:
    """A folder with a picture in it, both another user's; gives the picture's sha256."""
    sha = place.drop("theirs/7.png", png(7))
    (place.inbox / "theirs" / "7.png").chmod(0o644)
    for path in (place.inbox / "theirs" / "7.png", place.inbox / "theirs"):
        os.chown(path, SOMEBODY, SOMEBODY)
    (place.inbox / "theirs").chmod(mode)
    return sha


@pytest.mark.parametrize(
    ("mode", "waiting", "why"),
    [
        (0o700, "theirs", "folder cannot be listed: Permission denied"),
        (0o744, "theirs/7.png", "cannot be looked at: Permission denied"),
        (0o755, "theirs/7.png", "cannot be moved: Permission denied"),
        (0o1777, "theirs/7.png", "cannot be moved: Operation not permitted"),
    ],
)
def test_it_is_listed_with_why_and_read_soon_after_its_owner_opens_it(
    shared: Place, mode: int, waiting: str, why: str
) -> None:
    """Others go on meanwhile; however often it is tried, the log says it once, and no attempt leaves a row."""
    theirs = somebodys_folder(shared, mode)
    running = shared.start(before=as_an_ordinary_user)
    dropped = [shared.drop("ours.png", png(1))]
    assert shared.wait_for_row("ours.png")["status"] == "ok"

    def listed() -> bool:
        entries = {entry["file"]: entry["why"] for entry in shared.status().get("waiting_files", [])}
        return entries.get(waiting) == why

    wait_for(listed, f"{waiting} with why: {running.log()}")
    wait_for(lambda: running.log().count(f"{waiting}: {why}") == 1, "a word in the log")
    (shared.inbox / "theirs").chmod(0o777)
    dropped.append(shared.wait_for_row("theirs/7.png")["sha256"])
    assert dropped[-1] == theirs
    shared.assert_conserved(dropped)
    assert running.log().count(f"{waiting}: {why}") == 1
    assert running.stop() == 0
