"""train.world, train.clutter and train.stream: labelled pictures without end."""

import multiprocessing

import numpy as np
import pytest
from handwriting import SEVEN, ZERO, strokes, world

from train import clutter
from train.garbage import boxed
from train.pen import Pen, tight
from train.stream import Stream
from train.world import CHUNK, GARBAGE, chunks, is_stick, joined, likeness


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(4)


def test_an_epoch_has_the_networks_form() -> None:
    """28×28, full ink, labels of the world's digits, of the styles' (all ten) and of garbage, one in five."""
    made = world().epoch(1, 0, 400)
    assert (400, 28, 28) == made.pictures.shape
    assert np.uint8 == made.pictures.dtype
    assert made.pictures.reshape(400, -1).max(axis=1).min() >= 250
    assert {*range(10), GARBAGE} == set(made.labels.tolist())
    assert 50 <= np.count_nonzero(made.labels == GARBAGE) <= 110


def test_an_epoch_hangs_on_seed_and_number_alone() -> None:
    """The same again; others by another seed or in another epoch."""
    first, again, other_seed, other_epoch = (world().epoch(*which, 20) for which in ((1, 0), (1, 0), (2, 0), (1, 1)))
    np.testing.assert_array_equal(first.pictures, again.pictures)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert not np.array_equal(first.pictures, other_seed.pictures)
    assert not np.array_equal(first.pictures, other_epoch.pictures)


def test_chunks_make_up_an_epoch() -> None:
    """Whole chunks, then the rest."""
    assert [(0, CHUNK), (1, CHUNK), (2, 7)] == chunks(2 * CHUNK + 7)
    parts = [world().chunk(1, 0, number, 3) for number in (0, 1)]
    assert 6 == len(joined(parts))


@pytest.mark.parametrize("kind", [kind for kind, _ in clutter.CLUTTER], ids=lambda kind: kind.__name__)
def test_clutter_is_ink(kind: clutter.Clutter, random: np.random.Generator) -> None:
    """Every kind draws something, at the size of a stamp and of a page."""
    signs = world()
    for size in (16.0, 34.0, 100.0):
        for _ in range(8):
            sheet = kind(random, signs, size, 0.08 * size)
            assert np.uint8 == sheet.dtype
            assert 2 == sheet.ndim
            assert sheet.any()


def test_a_pair_of_digits_has_no_one(random: np.random.Generator) -> None:
    """A 1 beside another digit may be a stroke of it."""
    asked = []

    class Ones:
        def digit(self, random: np.random.Generator, size: float, pen: float) -> tuple[np.ndarray, int]:
            asked.append(size)
            sign = tight(random, strokes("0", ZERO), size, Pen(pen))
            return (sign, 0) if len(asked) % 2 else (np.zeros_like(sign), 1)

        letter = None

    for _ in range(20):
        asked.clear()
        sheet = clutter._row(random, Ones(), 2, 40, 3)  # type: ignore[arg-type]
        assert 3 == len(asked)
        assert sheet.shape[1] > 40


@pytest.mark.parametrize("turn", [-0.6, 0.0, 0.4, 0.8])
def test_a_bar_is_a_stick(turn: float, random: np.random.Generator) -> None:
    """Upright or leaning, a bar is a 1; lying, or with a roof as a 7 has, it is none."""
    line = [[0, 0], [round(1000 * np.tan(turn)), 1000]]
    assert is_stick(boxed(tight(random, strokes("1", line), 60, Pen(5))))
    assert not is_stick(boxed(tight(random, strokes("-", [[0, 0], [1000, 100]]), 60, Pen(5))))
    assert not is_stick(boxed(tight(random, strokes("7", SEVEN), 60, Pen(5))))


def test_likeness_tells_signs_apart(random: np.random.Generator) -> None:
    """A zero is like a zero of another pen, and unlike a seven."""
    thin, thick = (boxed(tight(random, strokes("0", ZERO), 80, Pen(pen))) for pen in (3, 9))
    seven = boxed(tight(random, strokes("7", SEVEN), 80, Pen(5)))
    assert likeness(thin, thick) > 0.7
    assert likeness(thin, seven) < 0.6


def test_a_stream_gives_what_the_world_would() -> None:
    """From any epoch on, made in another process, which ends with the stream."""
    expected = world().epoch(3, 2, 30)
    with Stream(world(), 3, 30) as stream:
        found = stream.get(2)
        np.testing.assert_array_equal(expected.pictures, found.pictures)
        np.testing.assert_array_equal(expected.labels, found.labels)
        np.testing.assert_array_equal(world().epoch(3, 0, 30).labels, stream.get(0).labels)
        assert multiprocessing.active_children()
    assert not multiprocessing.active_children()
