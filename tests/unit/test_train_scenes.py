"""train.cheques, train.paper, train.bitmaps, train.enlarged, train.textures: scenes around a sign."""

from collections.abc import Callable

import numpy as np
import pytest
from handwriting import SEVEN, ZERO, strokes
from numpy.typing import NDArray

from train import bitmaps, cheques, paper
from train.enlarged import enlarged
from train.garbage import boxed
from train.pen import Pen, tight
from train.textures import texture
from train.world import likeness
from watcher.recognition.normalise import normalise
from watcher.recognition.verdict import Unreadable

Grey = NDArray[np.uint8]
Random = np.random.Generator


def zero(random: Random, size: float) -> Grey:
    """A zero of about `size` px, ink 255 on 0."""
    return tight(random, strokes("0", ZERO), size, Pen(0.09 * size))


def cheque(random: Random) -> Grey:
    """A zero between two others, cut out of a cheque."""
    around = [zero(random, 34) for _ in cheques.NEIGHBOURS]
    return cheques.cutout(random, zero(random, 34), around[:2])[0]


def page(random: Random) -> Grey:
    """A zero on paper, another one on its back."""
    return paper.page(random, zero(random, 60), zero(random, 60))


def bitmap(random: Random) -> Grey:
    """A zero of few pixels."""
    return bitmaps.bitmap(random, zero(random, bitmaps.FINE))


@pytest.mark.parametrize("scene", [cheque, page, bitmap])
def test_a_sign_can_be_read_in_its_scene(scene: Callable[[Random], Grey]) -> None:
    """What the network sees is the sign in nearly every scene; none is larger than it need be."""
    random = np.random.default_rng(3)
    model, like = boxed(zero(random, 80)), []
    for _ in range(60):
        picture = scene(random)
        assert np.uint8 == picture.dtype
        assert max(picture.shape) < 200
        try:
            like.append(likeness(normalise(picture).digit, model))
        except Unreadable:
            like.append(-1.0)
    assert sum(each > 0.6 for each in like) >= 48


def test_neighbours_reach_into_a_cutout() -> None:
    """A neighbour darkens its own side of the box; without one the rim is paper."""
    blank = np.zeros((30, 30), np.uint8)
    full = np.full((30, 30), 255, np.uint8)
    lefts = []
    for neighbours in ([full], []):
        random = np.random.default_rng(5)
        lefts.append(np.mean([cheques.cutout(random, blank, neighbours)[0][:, 0].mean() for _ in range(20)]))
    assert lefts[0] < 0.8 * lefts[1]


def test_what_hangs_over_the_sheet_is_cut_off() -> None:
    """A sign may be laid anywhere, beyond the sheet too."""
    sheet = np.full((10, 10), 200, np.float32)
    paper.lay(sheet, np.full((4, 4), 255, np.uint8), (-2, 8), 0.5)
    paper.lay(sheet, np.full((4, 4), 255, np.uint8), (20, -30), 0.5)
    assert 100 == pytest.approx(sheet[:2, 8:].max())
    assert 4 == np.count_nonzero(sheet < 200)


def test_an_enlarged_digit_keeps_its_shape() -> None:
    """A digit of 28×28 at any size is the same digit, its longer side as asked for."""
    random = np.random.default_rng(1)
    small = boxed(tight(random, strokes("7", SEVEN), 80, Pen(8)))
    for size in (14, 30, 120):
        large = enlarged(random, small, size)
        assert 0.8 * size < max(large.shape) < 1.4 * size
        assert likeness(boxed(large), small) > 0.7


def test_heights_are_those_of_cheques() -> None:
    """The middle of them is 34 px, and nine of ten lie from 18 to 60."""
    random = np.random.default_rng(1)
    low, middle, high = np.percentile([cheques.height(random) for _ in range(500)], (5, 50, 95))
    assert 31 < middle < 37
    assert 18 < low < high < 60


def test_textures_are_of_many_sizes() -> None:
    """Pictures of nothing, none of them smaller than MNIST's."""
    random = np.random.default_rng(1)
    shapes = {texture(random).shape for _ in range(30)}
    assert len(shapes) > 20
    assert min(min(shape) for shape in shapes) >= 28


def test_a_cutout_says_what_a_pen_wrote_there() -> None:
    """Sign and neighbours, and no print: where nothing reaches in, the sign alone."""
    random = np.random.default_rng(8)
    sign = zero(random, 34)
    alone, beside = (cheques.cutout(random, sign, around) for around in ((), (zero(random, 34), zero(random, 34))))
    for picture, written in (alone, beside):
        assert picture.shape == written.shape
    assert np.count_nonzero(sign) >= np.count_nonzero(alone[1]) > 0.9 * np.count_nonzero(sign)
    assert np.count_nonzero(beside[1]) > np.count_nonzero(sign)
