"""watcher.viewing: pictures for people to look at, here through one real child."""

import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import Grey, digit, encoded
from fakes import record

from watcher.viewing.pictures import picture_of, view_of
from watcher.viewing.pixels import LONGEST_WHY, Pixels, answer, asked, read_answer, read_asked
from watcher.viewing.png import grey_png
from watcher.viewing.viewer import View, Viewer

LONGEST, MAX_BYTES = 100, 100_000
SOON = 1e9  # no deadline


@pytest.fixture(scope="module")
def viewer() -> Iterator[Viewer]:
    """One child for all."""
    with Viewer(1_000_000, MAX_BYTES, 30.0, longest=LONGEST) as viewer:
        yield viewer


def pixels(png: bytes) -> Grey:
    found = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert found is not None
    return np.asarray(found, np.uint8)


def test_a_small_picture_is_shown_as_it_is(viewer: Viewer) -> None:
    """Never enlarged; with it the 28×28 that the network sees, white on black."""
    grey = digit(7, side=60, width=4)
    view = viewer.view(encoded(grey))
    assert "" == view.why
    assert np.array_equal(grey, pixels(view.picture))
    seen = pixels(view.seen)
    assert ((28, 28), 0, 255) == (seen.shape, int(seen[0, 0]), int(seen.max()))


def test_a_large_one_is_shrunk(viewer: Viewer) -> None:
    """Its longer side fits, its shape stays, and each pixel is the mean of those that it stands for."""
    grey = np.tile(np.array([[0, 255], [255, 0]], np.uint8), (100, 200))
    shrunk = pixels(viewer.view(encoded(grey)).picture)
    assert (50, LONGEST) == shrunk.shape
    assert {127, 128} >= set(np.unique(shrunk).tolist())


def test_a_line_of_many_pixels_keeps_its_width(viewer: Viewer) -> None:
    """At least one pixel."""
    assert (1, LONGEST) == pixels(viewer.view(encoded(np.zeros((1, 5000), np.uint8))).picture).shape


def test_colour_is_grey_and_the_camera_held_upright(viewer: Viewer) -> None:
    """As reading sees it: by EXIF turned, and in one channel."""
    lying = np.full((40, 60, 3), (200, 210, 220), np.uint8)
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    jpeg = encoded(lying, ".jpg")
    turned = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]
    assert (60, 40) == pixels(viewer.view(turned).picture).shape


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file has no bytes"),
        (b"<svg onload='x'/>", "SVG"),
        (encoded(digit(7))[:200], "PNG"),
        (encoded(np.zeros((1001, 1000), np.uint8)), "pixels; the limit is 1,000,000"),
        (b"x" * (MAX_BYTES + 1), "more than 100,000 bytes"),
    ],
)
def test_what_cannot_be_shown_is_explained(viewer: Viewer, data: bytes, why: str) -> None:
    """A sentence in place of the picture."""
    view = viewer.view(data)
    assert (b"", b"") == (view.picture, view.seen)
    assert why in view.why


def test_a_blank_picture_is_shown_without_what_was_seen(viewer: Viewer) -> None:
    """The picture, and why there is no digit."""
    view = viewer.view(encoded(np.full((50, 50), 255, np.uint8)))
    assert (True, b"", "nothing is drawn on this picture") == (bool(view.picture), view.seen, view.why)


def test_a_child_that_is_killed_from_outside_costs_nothing(viewer: Viewer) -> None:
    """Another one looks at the same picture: it is not blamed."""
    assert viewer.view(encoded(digit(3))).picture
    child = viewer._child
    assert child is not None
    os.kill(child._process.pid, signal.SIGKILL)
    assert "" == viewer.view(encoded(digit(3))).why


def test_messages_come_back_as_they_went() -> None:
    """Both ways, in pieces or at once."""
    ours, theirs = socket.socketpair()
    said = Pixels(2, 3, b"abcdef", b"s" * 784, "schön")
    with ours, theirs:
        for part in asked(b"data"):
            ours.sendall(part)
        assert b"data" == read_asked(theirs)
        theirs.sendall(answer(said))
        assert said == read_answer(ours, 3, SOON)


@pytest.mark.parametrize(
    "head", [(1025, 1, 0, 0), (1, 1025, 0, 0), (1, 1, 783, 0), (1, 1, 0, LONGEST_WHY + 1)], ids=str
)
def test_an_answer_that_is_too_large_is_none(head: tuple[int, ...]) -> None:
    """A child that a picture took over fills no memory: what it says is measured before it is read."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("!HHHH", *head))
        with pytest.raises(ValueError, match="larger"):
            read_answer(ours, 1024, SOON)


def test_an_answer_is_waited_for_until_its_deadline() -> None:
    """Not so long for each of its bytes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(answer(Pixels(2, 3, b"abcdef"))[:9])
        with pytest.raises(TimeoutError):
            read_answer(ours, 1024, time.monotonic())


def test_a_png_is_made_of_pixels_alone() -> None:
    """What a decoder makes of it are these pixels; too few or none are an error."""
    assert np.array_equal(np.arange(6, dtype=np.uint8).reshape(2, 3), pixels(grey_png(3, 2, bytes(range(6)))))
    for width, height, data in ((3, 2, b"12345"), (0, 0, b"")):
        with pytest.raises(ValueError, match="pixels"):
            grey_png(width, height, data)


class Taken:
    """Shows the bytes it is given."""

    def view(self, data: bytes) -> View:
        """Themselves."""
        return View(data)


def test_the_picture_of_a_record_is_found_beneath_the_outbox(tmp_path: Path) -> None:
    """At its place, and no more of it than asked for and one byte."""
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "7.png").write_bytes(b"picture")
    assert b"pict" == picture_of(tmp_path, record(archived_to=b"archive/7.png"), 3)
    assert View(b"picture") == view_of(Taken(), tmp_path, record(archived_to=b"archive/7.png"), 100)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: None, "not at its place"),
        (lambda path: os.symlink("/etc/hostname", path), "not at its place"),
        (os.mkfifo, "not a regular file"),
        (os.mkdir, "not a regular file"),
    ],
)
def test_nothing_but_a_regular_file_is_opened(tmp_path: Path, make, why: str) -> None:
    """Neither a link, nor what would be waited for."""
    (tmp_path / "archive").mkdir()
    make(tmp_path / "archive" / "7.png")
    view = view_of(Taken(), tmp_path, record(archived_to=b"archive/7.png"), 100)
    assert b"" == view.picture
    assert why in view.why
