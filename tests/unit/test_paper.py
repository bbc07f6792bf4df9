"""watcher.recognition.paper: contrast by shade is contrast by pixel, sooner; and shades are counted."""

import numpy as np
import pytest
from drawing import Grey, digit
from numpy.testing import assert_array_equal

from watcher.recognition.paper import ByShade, contrast_with_paper, histogram
from watcher.recognition.threshold import separate


def noise(least: int) -> Grey:
    return np.random.default_rng(least).integers(least, 256, (90, 70), dtype=np.uint8)


@pytest.mark.parametrize("picture", [digit(3), noise(0), noise(250), np.full((1, 5), 9, np.uint8)])
def test_shades_are_counted(picture: Grey) -> None:
    """Each as often as it occurs, in all of a picture and within a mask, whether one prevails or none."""
    assert_array_equal(np.bincount(picture.ravel(), minlength=256), histogram(picture))
    for share in (0.0, 0.3, 1.0):
        where = (np.random.default_rng(1).random(picture.shape) < share).astype(np.uint8)
        assert_array_equal(np.bincount(picture[where > 0], minlength=256), histogram(picture, where))


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (90, 130), (200, 33)])
def test_contrast_by_shade_is_that_of_each_pixel(ink: int, paper: int) -> None:
    """To the last bit of the ink that is found in it, and the range of it."""
    found = contrast_with_paper(digit(5, ink=ink, paper=paper))
    assert isinstance(found, ByShade)
    pixels = found.pixels()
    assert_array_equal(np.abs(np.float32(paper) - digit(5, ink=ink, paper=paper)), pixels)
    assert (float(pixels.min()), float(pixels.max())) == found.range()
    quick, slow = separate(found), separate(pixels)
    assert quick is not None
    assert slow is not None
    assert_array_equal(slow.strength, quick.strength)
    assert_array_equal(slow.mask, quick.mask)


@pytest.mark.parametrize("dot", [0, 80, 255])
def test_ink_on_both_sides_of_the_canvas(dot: int) -> None:
    """What departs furthest is ink, above or below the paper; a single pixel is no more than a ninth of itself."""
    page = np.full((100, 100), 128, np.uint8)
    page[20:80, 40:50] = 60
    page[10, 10] = dot
    found = contrast_with_paper(page)
    assert isinstance(found, ByShade)
    assert found.pixels()[50, 45] == 68
