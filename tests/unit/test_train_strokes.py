"""train.pen and train.strokes: pictures that pens draw."""

import cv2
import numpy as np
import pytest
from handwriting import FOUR, SEVEN, ZERO, strokes

from train.garbage import boxed
from train.pen import Pen, inked, loosened, shaped, tight
from train.strokes import drawing, encoded
from train.unipen import Strokes
from train.world import likeness
from watcher.recognition.decode import decode
from watcher.recognition.formats import read_header
from watcher.recognition.normalise import normalise


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(4)


def test_one_state_of_chance_gives_one_file() -> None:
    """The same bytes again; others by another seed."""
    sign = strokes("7", SEVEN)
    first, again, other = (encoded(np.random.default_rng(seed), sign) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("sign", [strokes("0", ZERO), strokes("4", *FOUR), strokes("7", SEVEN)], ids=["0", "4", "7"])
def test_what_is_drawn_can_be_read(sign: Strokes, random: np.random.Generator) -> None:
    """In any size, pen, colour, polarity and alpha, what the network sees is the sign: 59 of 60 at least."""
    model = boxed(tight(np.random.default_rng(0), sign, 80, Pen(8)))
    like = [likeness(normalise(decode(encoded(random, sign))).digit, model) for _ in range(60)]
    assert sum(each > 0.6 for each in like) >= 59


def test_files_are_of_every_kind(random: np.random.Generator) -> None:
    """PNG and JPEG; with and without alpha; many of 28×28; some light on dark."""
    files = [encoded(random, strokes("7", SEVEN)) for _ in range(80)]
    heads = [read_header(data) for data in files]
    assert {"png", "jpeg"} == {head.format.lower() for head in heads}
    assert {True, False} == {head.alpha for head in heads}
    assert 20 <= sum((28, 28) == (head.width, head.height) for head in heads) <= 60
    assert {True, False} == {bool(np.median(decode(data)) > 127) for data in files}


def test_a_sign_is_never_cut_off(random: np.random.Generator) -> None:
    """However thick the pen, as much ink is on the canvas as the sign has."""
    for _ in range(100):
        found = drawing(random, strokes("7", SEVEN), 120)
        rows, columns = (np.flatnonzero(found.coverage.max(axis=axis)) for axis in (1, 0))
        height = np.ptp(rows) + 1
        assert height > 0.9 * np.ptp(columns)  # a 7 without its foot would lie
        assert 5 <= height <= found.coverage.shape[0]


def test_a_hard_pen_leaves_no_grey(random: np.random.Generator) -> None:
    """Paint's pencil: one pixel wide, inked or not."""
    sheet = inked(random, shaped(random, strokes("0", ZERO), 20), (28, 28), Pen(1, hard=True))
    assert {0, 255} == set(np.unique(sheet).tolist())
    assert np.count_nonzero(cv2.erode(sheet, np.ones((2, 2), np.uint8))) < 20


def test_a_dot_is_drawn(random: np.random.Generator) -> None:
    """A pen put down once leaves a mark, and no error."""
    assert tight(random, strokes("1", [[5, 5]]), 20, Pen(3)).max() == 255
    assert decode(encoded(random, strokes("1", [[5, 5]]))).size > 0


def test_a_tight_sign_has_its_size(random: np.random.Generator) -> None:
    """Its longer side is what was asked for, and the pen's width."""
    for size in (16, 40, 90):
        sheet = tight(random, strokes("7", SEVEN), size, Pen(4))
        assert size - 1 <= max(sheet.shape) <= size + 7


def test_later_strokes_stray_and_the_first_stays() -> None:
    """A sign loosened is the same sign: as many strokes of the same form; only a 5's bar rises far."""
    bow, bar = np.array([[0, 300], [500, 1000]], np.float32), np.array([[0, 0], [600, 20]], np.float32)
    for label, furthest in (("5", 400), ("4", 150)):
        rises = []
        for seed in range(40):
            moved = loosened(np.random.default_rng(seed), Strokes(label, "w", (bow, bar)))
            assert (moved.lines[0] == bow).all()
            assert np.ptp(moved.lines[1] - bar, axis=0) == pytest.approx(0, abs=1e-3)
            rises.append(float((bar - moved.lines[1])[0, 1]))
        assert max(rises) < furthest
        assert (max(rises) > 150) == (label == "5")
